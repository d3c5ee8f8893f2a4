/** Builders for the tests of this package: an owner service and a reader, in this process, on real servers. */
import { readFile } from 'node:fs/promises';
import type { EntityName, StateEvent, StateOf } from '@px0/contracts';
import {
  type Bus,
  type BusOptions,
  connectBus,
  Projection,
  type ProjectionOptions,
  type ProjectionView,
} from '@px0/event-bus/internal';
import { Cleanups, createPool, silentLogger } from '@px0/service-kit';
import { testDatabase } from '@px0/testing';
import type pg from 'pg';
import { PoolClient, type SqlClient, type SqlTransaction } from '../src/database/sql-client.ts';
import { followEpochs } from '../src/event-core.ts';
import { DatabaseGuard, memoryOf } from '../src/fence/database-guard.ts';
import { IdentityWatch } from '../src/fence/database-identity.ts';
import { Outbox, type OutboxHooks, type OwnerContext } from '../src/outbox/outbox.ts';
import type { ExpectationRule } from '../src/outbox/publisher.ts';
import { Relay } from '../src/outbox/relay.ts';

export const logger = silentLogger();

/** Where a test's streams are. */
export type Place = Pick<BusOptions, 'servers' | 'streamPrefix' | 'history'>;

/** Closes what a test opened, last first. */
export function closer(): Cleanups {
  return new Cleanups(logger);
}

export async function openBus(
  place: Place,
  cleanups: Cleanups,
  options: Partial<BusOptions> = {},
): Promise<Bus> {
  const bus = await connectBus({ ...place, name: 'test', logger, ...options });
  cleanups.add('bus', () => bus.close());
  return bus;
}

/** A database with the event core's tables in a schema, as a service's first migration makes them. */
export async function openSchema(cleanups: Cleanups, schema = 'registry', url?: string): Promise<pg.Pool> {
  const database = url === undefined ? await testDatabase() : undefined;
  if (database !== undefined) cleanups.add('database', () => database.drop());
  const pool = createPool({
    connectionString: url ?? database?.url ?? '',
    schema,
    logger,
    max: 20,
    // A machine that stands still for some seconds fails no write.
    acquireTimeoutMs: 30_000,
  });
  cleanups.add('pool', () => pool.end());
  await pool.query(`create schema ${schema}`);
  for (const file of ['outbox/tables.sql', 'fence/fence.sql'])
    await pool.query(await readFile(new URL(`../src/${file}`, import.meta.url), 'utf8'));
  return pool;
}

/** Keeps the state of what it wants, and a log of what it was told. */
export class MemoryView implements ProjectionView {
  readonly states = new Map<string, StateEvent>();
  readonly applied: { readonly subject: string; readonly revision: number }[] = [];
  readonly dropped: string[] = [];
  readonly #wanted: ReadonlySet<EntityName>;

  constructor(...wanted: EntityName[]) {
    this.#wanted = new Set(wanted);
  }

  wants(name: EntityName): boolean {
    return this.#wanted.has(name);
  }

  apply(event: StateEvent): void {
    this.applied.push({ subject: event.subject, revision: event.revision });
    this.states.set(event.id, event);
  }

  drop(_name: EntityName, id: string): void {
    this.dropped.push(id);
    this.states.delete(id);
  }

  /** The organization's name, undefined when it is unknown or deleted. */
  nameOf(id: string): string | undefined {
    const event = this.states.get(id);
    return event?.name === 'organization' ? event.state?.name : undefined;
  }

  /** Names of all that live. */
  names(): Record<string, string> {
    const live = [...this.states.keys()].map((id) => [id, this.nameOf(id)] as const);
    return Object.fromEntries(live.filter((entry): entry is [string, string] => entry[1] !== undefined));
  }
}

export function organization(name: string): StateOf<'organization'> {
  return { name, created_at: '2026-01-01T00:00:00.000Z' };
}

export interface OwnerOptions {
  readonly context?: OwnerContext;
  readonly pool?: pg.Pool;
  readonly hooks?: OutboxHooks;
  readonly expectation?: ExpectationRule;
  readonly relays?: number;
  readonly projection?: Partial<ProjectionOptions>;
  readonly bus?: Partial<BusOptions>;
  /** Compares the database with the stream, as services do. */
  readonly guarded?: boolean;
  /** Tells the guard which servers connections lead to. */
  readonly watch?: IdentityWatch;
}

export interface Owner {
  readonly bus: Bus;
  readonly pool: pg.Pool;
  readonly client: SqlClient;
  readonly outbox: Outbox;
  readonly projection: Projection;
  readonly view: MemoryView;
  readonly relays: readonly Relay[];
  readonly guard: DatabaseGuard;
  /** Writes an organization and waits for the inline publishing to end. Returns the revision. */
  put(id: string, name: string): Promise<number>;
  remove(id: string): Promise<number>;
}

/** A service that owns organizations. Its projection waits for its own context only, by default. */
export async function openOwner(
  place: Place,
  cleanups: Cleanups,
  options: OwnerOptions = {},
): Promise<Owner> {
  const context = options.context ?? 'tenancy';
  const pool = options.pool ?? (await openSchema(cleanups, context));
  const bus = await openBus(place, cleanups, options.bus);
  const { hooks, expectation } = options;
  const outbox = new Outbox({
    pool,
    bus,
    context,
    logger,
    generation: () => guard.generation,
    ...(hooks === undefined ? {} : { hooks }),
    ...(expectation === undefined ? {} : { expectation }),
  });
  const view = new MemoryView('organization');
  const projection = new Projection({
    bus,
    views: [view],
    logger,
    owner: { memory: () => memoryOf(guard, outbox, options.guarded === true) },
    ownContext: context,
    contexts: [context],
    retryMs: 50,
    ...options.projection,
  });
  const { watch = new IdentityWatch() } = options;
  const guard = new DatabaseGuard({ pool, watch, bus, projection, outbox, logger });
  followEpochs(projection, outbox, logger, options.guarded === true ? guard : undefined);
  const relays = Array.from(
    { length: options.relays ?? 1 },
    () => new Relay({ outbox, bus, logger, pollMs: 50 }),
  );
  for (const relay of relays) relay.start();
  cleanups.add('outbox', () => outbox.idle());
  cleanups.add('relays', async () => void (await Promise.all(relays.map((relay) => relay.stop()))));
  await projection.start();
  cleanups.add('projection', () => projection.stop());
  if (options.guarded === true) {
    await guard.start();
    cleanups.add('guard', () => guard.stop());
  }
  const client = new PoolClient(pool, logger, options.guarded === true ? guard.admit : undefined);

  const write = async (work: (tx: SqlTransaction) => Promise<number>): Promise<number> => {
    const { result, publication } = await outbox.transactionWithPublication(client, work);
    await publication.ended;
    return result;
  };
  return {
    bus,
    pool,
    client,
    outbox,
    projection,
    view,
    relays,
    guard,
    put: (id, name) => write((tx) => outbox.put(tx, 'organization', id, organization(name))),
    remove: (id) => write((tx) => outbox.remove(tx, 'organization', id)),
  };
}

export interface Reader {
  readonly bus: Bus;
  readonly view: MemoryView;
  readonly projection: Projection;
}

/** A service that owns nothing, such as render. */
export async function openReader(
  place: Place,
  cleanups: Cleanups,
  options: Partial<ProjectionOptions> = {},
  busOptions: Partial<BusOptions> = {},
): Promise<Reader> {
  const bus = await openBus(place, cleanups, busOptions);
  const view = new MemoryView('organization');
  const projection = new Projection({
    bus,
    views: [view],
    logger,
    contexts: ['tenancy'],
    retryMs: 50,
    ...options,
  });
  await projection.start();
  cleanups.add('reader', () => projection.stop());
  return { bus, view, projection };
}
