/** The event core of a service that owns state: connects stream, outbox, projection, relay and sagas. */
import {
  ALL_CONTEXTS,
  type AwaitsRights,
  type Bus,
  type Context,
  connectConfigured,
  consistency,
  observeProjection,
  Projection,
  type ProjectionView,
  type StreamConfiguration,
} from '@px0/event-bus/internal';
import type { Cleanups, Logger, Readiness, RequestWrapper } from '@px0/service-kit';
import type pg from 'pg';
import { preparing } from './database/prepared.ts';
import type { SqlClient } from './database/sql-client.ts';
import { observeDatabase, observeOutbox, observeSagas } from './event-core-metrics.ts';
import { DatabaseGuard, memoryOf } from './fence/database-guard.ts';
import type { IdentityWatch } from './fence/database-identity.ts';
import { Lookout } from './lookout.ts';
import { Outbox, type OutboxHooks, type OwnerContext } from './outbox/outbox.ts';
import { Relay } from './outbox/relay.ts';
import { SelfCheck } from './outbox/self-check.ts';
import { Saga, type SagaDefinition } from './sagas/saga.ts';

export interface EventCoreOptions {
  readonly config: StreamConfiguration;
  readonly pool: pg.Pool;
  /** Looks at each new connection of the pool. */
  readonly watch: IdentityWatch;
  readonly context: OwnerContext;
  /** SQL of the service for rows that are older than what clients have seen. */
  readonly afterReturn?: string;
  readonly views: readonly ProjectionView[];
  readonly logger: Logger;
  readonly cleanups: Cleanups;
  /** Contexts whose completeness readiness waits for; default: all three. */
  readonly contexts?: readonly Context[];
  readonly hooks?: OutboxHooks;
}

export interface StartOptions {
  readonly client: SqlClient;
  readonly sagas: readonly SagaDefinition[];
  readonly awaitsRights: AwaitsRights;
}

export class EventCore {
  readonly bus: Bus;
  readonly outbox: Outbox;
  readonly projection: Projection;
  readonly guard: DatabaseGuard;
  /** Looks from `start` on. */
  readonly lookout: Lookout;
  readonly #options: EventCoreOptions;

  private constructor(options: EventCoreOptions, bus: Bus) {
    const { pool, context, views, logger, hooks } = options;
    this.#options = options;
    this.bus = bus;
    const db = preparing(pool);
    this.lookout = new Lookout({ db, logger });
    this.outbox = new Outbox({
      pool: db,
      bus,
      context,
      logger,
      generation: () => this.guard.generation,
      ...(hooks === undefined ? {} : { hooks }),
    });
    this.projection = new Projection({
      bus,
      views,
      logger,
      owner: { memory: () => memoryOf(this.guard, this.outbox) },
      ownContext: context,
      contexts: options.contexts ?? ALL_CONTEXTS,
    });
    const { projection } = this;
    const { watch, afterReturn } = options;
    this.guard = new DatabaseGuard({
      pool,
      watch,
      bus,
      projection,
      outbox: this.outbox,
      logger,
      ...(afterReturn === undefined ? {} : { afterReturn }),
    });
    followEpochs(projection, this.outbox, logger, this.guard);
    observeDatabase(this.guard);
    observeProjection(this.projection, bus);
    observeOutbox(this.outbox);
  }

  /** Connects to NATS, which may be away. Nothing is read or published before `start`. @throws BusConfigurationError */
  static async connect(options: EventCoreOptions): Promise<EventCore> {
    const { config, context, logger, cleanups } = options;
    const bus = await connectConfigured(config, { name: context, logger });
    cleanups.add('nats', () => bus.close());
    return new EventCore(options, bus);
  }

  /** Starts to read, publish and react; `cleanups` stop it in reverse order. Returns the wrapper for every request. */
  async start({ client, sagas: definitions, awaitsRights }: StartOptions): Promise<RequestWrapper> {
    const { bus, outbox, projection, lookout } = this;
    const { pool, logger, cleanups } = this.#options;
    const relay = new Relay({ outbox, bus, logger, lookout });
    const selfCheck = new SelfCheck({ outbox, projection, bus, logger });
    const sagas = definitions.map(
      (definition) => new Saga({ ...definition, bus, pool, outbox, client, projection, lookout, logger }),
    );
    observeSagas(sagas);
    relay.start();
    cleanups.add('relay', () => relay.stop());
    cleanups.add('outbox', () => outbox.idle());
    await projection.start();
    cleanups.add('projection', () => projection.stop());
    await this.guard.start();
    cleanups.add('database guard', () => this.guard.stop());
    selfCheck.start();
    cleanups.add('self-check', () => selfCheck.stop());
    for (const saga of sagas) {
      saga.start();
      cleanups.add(`saga ${saga.name}`, () => saga.stop());
    }
    lookout.start();
    cleanups.add('lookout', () => lookout.stop());
    return consistency({ projection, writes: outbox, sagas, awaitsRights });
  }

  /** The event core's part of the service's readiness. */
  ready(): Readiness {
    const { projection, bus } = this;
    return {
      ready: projection.ready && this.guard.ready,
      details: {
        nats: bus.connected ? 'connected' : 'away',
        epoch: projection.epoch?.epoch,
        position: projection.position,
        reported: projection.reported,
        lagSeconds: Math.round(projection.lagSeconds * 10) / 10,
        missing: projection.incomplete,
        database: this.guard.standing,
      },
    };
  }
}

/**
 * Lets the outbox publish into each epoch that the projection finds. Calling rows owed is repeated until it succeeds, or until a later
 * epoch has come. With a guard, nothing is published before the database is known to be the right one.
 */
export function followEpochs(
  projection: Projection,
  outbox: Outbox,
  logger: Logger,
  guard?: Pick<DatabaseGuard, 'isOpen' | 'onOpen' | 'onClose'>,
): void {
  const enter = async (): Promise<void> => {
    const mark = projection.epoch;
    if (mark === undefined || guard?.isOpen === false) return;
    try {
      await outbox.enterEpoch(mark);
    } catch (error) {
      logger.warn({ err: error, epoch: mark.epoch }, 'rows could not be called owed; trying again');
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      if (projection.epoch?.epoch === mark.epoch) await enter();
    }
  };
  projection.onEpoch(() => void enter());
  guard?.onOpen(() => void enter());
  guard?.onClose(() => outbox.suspend());
}

const RETRY_MS = 500;
