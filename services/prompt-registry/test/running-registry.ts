/**
 * The registry in the test's own process, on the run's real Postgres and NATS, with identity and tenancy played by the test; and a client
 * that reads its own writes, as every client with a revision token does.
 */
import { type Bus, connectBus } from '@px0/event-bus';
import { Cleanups, createPool, loadConfig, silentLogger } from '@px0/service-kit';
import {
  CatchingUpClient,
  type CaughtUpReply,
  ForeignContexts,
  PlayedIdentity,
  PlayedTenancy,
  type TestBus,
  type TestDatabase,
  testBus,
  testDatabase,
  whenReady,
} from '@px0/testing';
import type pg from 'pg';
import { startPromptRegistry } from '../src/compose.ts';
import { configSchema } from '../src/config.ts';
import { Prompts } from './prompts.ts';

export type Reply = CaughtUpReply;

/** Whoever has a token: a user, a key. */
export interface Bearer {
  readonly token: string;
}

/** A team with one caller for each column of the contract's role matrix. */
export interface Cast {
  readonly orgId: string;
  readonly teamId: string;
  readonly viewer: Bearer;
  readonly editor: Bearer & { readonly id: string };
  readonly admin: Bearer;
  /** Admin of the organization, no member of the team. */
  readonly orgAdmin: Bearer;
  readonly outsider: Bearer;
  readonly readRenderKey: Bearer;
  readonly allKey: Bearer & { readonly id: string };
  readonly adminKey: Bearer;
}

interface Stores {
  readonly database: TestDatabase;
  readonly bus: TestBus;
}

export class RunningRegistry {
  readonly contexts: ForeignContexts;
  readonly identity: PlayedIdentity;
  readonly tenancy: PlayedTenancy;
  /** Shortcuts that fail loudly; what a test is about it calls itself. */
  readonly prompts: Prompts;
  /** For looking at rows, and for putting there what the API would take too long for. */
  readonly pool: pg.Pool;
  readonly stores: Stores;
  readonly #ownCleanups = new Cleanups(silentLogger());
  #cleanups: Cleanups;
  #url: string;
  readonly #client: CatchingUpClient;

  private constructor(
    contexts: ForeignContexts,
    stores: Stores,
    service: { url: string; cleanups: Cleanups },
  ) {
    this.contexts = contexts;
    this.#client = new CatchingUpClient(contexts);
    this.identity = new PlayedIdentity(contexts);
    this.tenancy = new PlayedTenancy(contexts);
    this.prompts = new Prompts(this);
    this.stores = stores;
    this.pool = createPool({
      connectionString: stores.database.url,
      schema: 'registry',
      logger: silentLogger(),
    });
    this.#url = service.url;
    this.#cleanups = service.cleanups;
  }

  static async start(environment: Record<string, string> = {}): Promise<RunningRegistry> {
    const [database, bus] = await Promise.all([testDatabase(), testBus()]);
    const stores = { database, bus };
    const contexts = await ForeignContexts.connect(bus);
    const [service] = await Promise.all([
      startService(stores, environment),
      contexts.complete('identity', 'tenancy'),
    ]);
    await whenReady(service.url);
    const running = new RunningRegistry(contexts, stores, service);
    await running.identity.start();
    return running;
  }

  /** Ends the service as SIGTERM would. */
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

  /** A connection of the test's own to the stream; closed by `stop`. */
  async openBus(): Promise<Bus> {
    const { servers, streamPrefix } = this.stores.bus;
    const bus = await connectBus({ servers, name: 'test', streamPrefix, logger: silentLogger() });
    this.#ownCleanups.add('bus', () => bus.close());
    return bus;
  }

  async stop(): Promise<void> {
    await this.#ownCleanups.run();
    await this.#cleanups.run();
    await this.contexts.close();
    await this.pool.end();
    await this.stores.database.drop();
  }

  get url(): string {
    return this.#url;
  }

  /** What a request has to ask for to be answered with all that was published here so far. */
  get token(): string {
    return this.#client.token;
  }

  /** Calls the API. It answers with all that was published and seen here so far worked in. */
  call(
    caller: Bearer | undefined,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    return this.send(method, path, {
      headers: {
        ...(caller === undefined ? {} : { authorization: `Bearer ${caller.token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
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

  /** A new organization with a team and somebody in each relation to it. */
  async cast(): Promise<Cast> {
    const { id: orgId, defaultTeamId } = await this.tenancy.createOrganization();
    const teamId = await this.tenancy.createTeam(orgId);
    const [viewer, editor, admin, orgAdmin, outsider] = await Promise.all(
      Array.from({ length: 5 }, () => this.identity.register()),
    );
    if (!viewer || !editor || !admin || !orgAdmin || !outsider) throw new Error('nobody was registered');
    await this.tenancy.setMember(teamId, viewer.id, 'viewer');
    await this.tenancy.setMember(teamId, editor.id, 'editor');
    await this.tenancy.setMember(teamId, admin.id, 'admin');
    await this.tenancy.setMember(defaultTeamId, orgAdmin.id, 'admin');
    const scope = { kind: 'teams' as const, team_ids: [teamId] };
    const readRenderKey = await this.identity.createKey(orgId, { operation: 'read_render', scope });
    const allKey = await this.identity.createKey(orgId, { operation: 'all', scope });
    const adminKey = await this.identity.createKey(orgId, { operation: 'admin', scope });
    return { orgId, teamId, viewer, editor, admin, orgAdmin, outsider, readRenderKey, allKey, adminKey };
  }
}

async function startService({ database, bus }: Stores, environment: Record<string, string> = {}) {
  const config = loadConfig(configSchema, {
    DATABASE_URL: database.url,
    NATS_URL: bus.servers,
    PX0_STREAM_PREFIX: bus.streamPrefix,
    NODE_ENV: 'test',
    ...environment,
  });
  const logger = silentLogger();
  const cleanups = new Cleanups(logger);
  const { url } = await startPromptRegistry(config, { logger, cleanups });
  return { url, cleanups };
}
