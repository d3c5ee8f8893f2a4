/**
 * Tenancy in the test's own process, on the run's real Postgres and NATS, with identity and registry played by the test; and a
 * client that reads its own writes, as every client with a revision token does.
 */
import { randomUUID } from 'node:crypto';
import { Cleanups, createPool, loadConfig, silentLogger } from '@px0/service-kit';
import {
  CatchingUpClient,
  type CaughtUpReply,
  ForeignContexts,
  PlayedIdentity,
  type PlayedUser,
  replyOf,
  type TestBus,
  type TestDatabase,
  testBus,
  testDatabase,
  whenReady,
} from '@px0/testing';
import type pg from 'pg';
import { z } from 'zod';
import { startTenancy } from '../src/compose.ts';
import { configSchema } from '../src/config.ts';
import { createDatabase, type Database, SCHEMA } from '../src/database.ts';

export type Reply = CaughtUpReply;

/** Whoever has a token: a user, a key. */
export interface Bearer {
  readonly token: string;
}

/** A user with the organization and the team that came with the account. */
export interface Founder extends PlayedUser {
  readonly orgId: string;
  readonly teamId: string;
}

const withId = z.object({ id: z.string() });
const organizationsReply = z.object({ organizations: z.array(withId) });
const teamsReply = z.object({ teams: z.array(withId) });
const teamReply = z.object({ team: withId });

/** Where the service keeps what it owns, and where it tells of it. */
export interface Stores {
  readonly database: TestDatabase;
  readonly bus: TestBus;
}

export class RunningTenancy {
  readonly identity: PlayedIdentity;
  readonly contexts: ForeignContexts;
  /** For looking at rows, and for putting there what the API would take too long for. */
  readonly database: Database;
  readonly pool: pg.Pool;
  readonly stores: Stores;
  #cleanups: Cleanups;
  #url: string;
  readonly #client: CatchingUpClient;

  private constructor(parts: {
    contexts: ForeignContexts;
    pool: pg.Pool;
    cleanups: Cleanups;
    url: string;
    stores: Stores;
    identity: PlayedIdentity;
  }) {
    this.contexts = parts.contexts;
    this.#client = new CatchingUpClient(parts.contexts);
    this.identity = parts.identity;
    this.pool = parts.pool;
    this.database = createDatabase(parts.pool);
    this.stores = parts.stores;
    this.#cleanups = parts.cleanups;
    this.#url = parts.url;
  }

  /** On the run's servers, unless a test brings one that it may stop. */
  static async start(own: Partial<Stores> = {}): Promise<RunningTenancy> {
    const [database, bus] = await Promise.all([own.database ?? testDatabase(), own.bus ?? testBus()]);
    const stores = { database, bus };
    const contexts = await ForeignContexts.connect(bus);
    const [{ url, cleanups }] = await Promise.all([
      startService(stores),
      contexts.complete('identity', 'registry'),
    ]);
    await whenReady(url);
    const pool = createPool({ connectionString: database.url, schema: SCHEMA, logger: silentLogger() });
    const identity = new PlayedIdentity(contexts);
    const running = new RunningTenancy({ contexts, pool, cleanups, url, stores, identity });
    await identity.start();
    return running;
  }

  /** Another process of the service on the same data. It is ended by `stopService`; the data by the first one's `stop`. */
  async startReplica(): Promise<RunningTenancy> {
    const { contexts, pool, stores, identity } = this;
    const service = await startService(stores);
    await whenReady(service.url);
    const replica = new RunningTenancy({ contexts, pool, stores, identity, ...service });
    replica.sawAsMuchAs(this);
    return replica;
  }

  /** Takes over the other client's revision: its writes are read here, too. */
  sawAsMuchAs(other: RunningTenancy): void {
    this.#client.sawAsMuchAs(other.#client);
  }

  /** Ends the service as SIGTERM would; what it had begun is left to the next one. */
  async stopService(): Promise<void> {
    await this.#cleanups.run();
  }

  /** Starts it again on the same data. */
  async startService(): Promise<void> {
    const { url, cleanups } = await startService(this.stores);
    await whenReady(url);
    this.#url = url;
    this.#cleanups = cleanups;
  }

  async stop(): Promise<void> {
    await this.#cleanups.run();
    await this.contexts.close();
    await this.pool.end();
    await this.stores.database.drop();
  }

  /** Calls the API. It answers with all that was published and seen here so far worked in. */
  async call(caller: Bearer | undefined, method: string, path: string, body?: unknown): Promise<Reply> {
    return this.send(method, path, {
      headers: {
        ...(caller === undefined ? {} : { authorization: `Bearer ${caller.token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** As `call`, with headers and body as they are. */
  async send(
    method: string,
    path: string,
    init: { headers?: Record<string, string>; body?: string } = {},
  ): Promise<Reply> {
    return this.#client.send(this.#url + path, method, init);
  }

  /** Calls once, asking for no revision: what a client without a token gets. */
  async sendPlain(
    method: string,
    path: string,
    init: { headers?: Record<string, string>; body?: string } = {},
  ): Promise<Reply> {
    const response = await fetch(this.#url + path, { ...init, method });
    return replyOf(response);
  }

  /** Registers a user and waits for their place. */
  async founder(facts: Parameters<PlayedIdentity['register']>[0] = {}): Promise<Founder> {
    const user = await this.identity.register({ ...facts, is_verified: true });
    const orgs = organizationsReply.parse(await this.#must(user, 'GET', '/v1/me/orgs')).organizations;
    const teams = teamsReply.parse(await this.#must(user, 'GET', '/v1/me/teams')).teams;
    const founder = { ...user, orgId: first(orgs).id, teamId: first(teams).id };
    if (facts.is_verified === false) await this.identity.change(user.id, { is_verified: false });
    return founder;
  }

  /** Creates a team and returns its id. */
  async createTeam(by: Bearer, orgId: string, name = `Team ${randomUUID()}`): Promise<string> {
    return teamReply.parse(await this.#must(by, 'POST', `/v1/orgs/${orgId}/teams`, { name })).team.id;
  }

  /** Adds a member, with a role other than the one that joining gives. */
  async addMember(by: Bearer, teamId: string, userId: string, role?: string): Promise<void> {
    await this.#must(by, 'POST', `/v1/teams/${teamId}/members`, { user_id: userId });
    if (role !== undefined)
      await this.#must(by, 'PUT', `/v1/teams/${teamId}/members/${userId}/role`, { role });
  }

  /** A user whose only place is that team. */
  async memberOf(by: Bearer, teamId: string, role?: string): Promise<PlayedUser> {
    const user = await this.identity.register({ placement: { kind: 'team', team_id: teamId } });
    if (role !== undefined) {
      await this.#must(by, 'PUT', `/v1/teams/${teamId}/members/${user.id}/role`, { role });
    }
    return user;
  }

  /** The body of a success. @throws Error which shows the exchange */
  async #must(by: Bearer, method: string, path: string, body?: unknown): Promise<unknown> {
    const { status, body: answer } = await this.call(by, method, path, body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
    return answer;
  }
}

async function startService({ database, bus }: Stores) {
  const config = loadConfig(configSchema, {
    DATABASE_URL: database.url,
    NATS_URL: bus.servers,
    PX0_STREAM_PREFIX: bus.streamPrefix,
    NODE_ENV: 'test',
  });
  const logger = silentLogger();
  const cleanups = new Cleanups(logger);
  const { url } = await startTenancy(config, { logger, cleanups });
  return { url, cleanups };
}

function first<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined) throw new Error('the list is empty');
  return item;
}
