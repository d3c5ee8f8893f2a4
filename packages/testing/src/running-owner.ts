/**
 * A service that owns tables, in the test's own process, on the run's real Postgres and NATS, with the other contexts played by the test;
 * and a client that reads its own writes, as every client with a revision token does. Each service's tests extend it with their story.
 */
import { Cleanups, createPool, type Logger, type RunningServer, silentLogger } from '@px0/service-kit';
import type pg from 'pg';
import { CatchingUpClient, type CaughtUpReply, replyOf } from './catching-up-client.ts';
import { ForeignContexts, type PlayedContext } from './foreign-context.ts';
import { type TestBus, type TestDatabase, testBus, testDatabase } from './run-servers.ts';
import { whenReady } from './when-ready.ts';

/** A caller with a credential: a session token or an API key. */
export interface Bearer {
  readonly token: string;
}

/** Where the service keeps what it owns, and where it publishes it. */
export interface OwnerStores {
  readonly database: TestDatabase;
  readonly bus: TestBus;
}

/** What the tests of one service say of it. */
export interface OwnerUnderTest {
  readonly schema: string;
  /** The contexts that the test plays. */
  readonly played: readonly PlayedContext[];
  /** Starts the service. `environment` says where the stores are. */
  readonly start: (
    environment: Readonly<Record<string, string>>,
    dependencies: { readonly logger: Logger; readonly cleanups: Cleanups },
  ) => Promise<RunningServer>;
  /** Default: silent. */
  readonly logger?: Logger;
}

interface Process {
  readonly url: string;
  readonly cleanups: Cleanups;
}

/** What a constructor of a subclass takes and hands on; made by `openOwner`. */
export interface OwnerParts {
  readonly service: OwnerUnderTest;
  readonly stores: OwnerStores;
  readonly contexts: ForeignContexts;
  readonly process: Process;
}

interface RequestParts {
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Starts the service, on the run's servers unless a test brings its own, and waits until it is ready. */
export async function openOwner(
  service: OwnerUnderTest,
  own: Partial<OwnerStores> = {},
): Promise<OwnerParts> {
  const [database, bus] = await Promise.all([own.database ?? testDatabase(), own.bus ?? testBus()]);
  const stores = { database, bus };
  const contexts = await ForeignContexts.connect(bus);
  const [process] = await Promise.all([startOn(service, stores), contexts.complete(...service.played)]);
  await whenReady(process.url);
  return { service, stores, contexts, process };
}

async function startOn(service: OwnerUnderTest, { database, bus }: OwnerStores): Promise<Process> {
  const { logger = silentLogger() } = service;
  const cleanups = new Cleanups(logger);
  const environment = {
    DATABASE_URL: database.url,
    NATS_URL: bus.servers,
    PX0_STREAM_PREFIX: bus.streamPrefix,
    NODE_ENV: 'test',
  };
  const { url } = await service.start(environment, { logger, cleanups });
  return { url, cleanups };
}

export class RunningOwner {
  readonly contexts: ForeignContexts;
  /** For looking at rows, and for putting there what the API would take too long for. */
  readonly pool: pg.Pool;
  readonly stores: OwnerStores;
  readonly #service: OwnerUnderTest;
  readonly #client: CatchingUpClient;
  #process: Process;

  constructor({ service, stores, contexts, process }: OwnerParts) {
    this.contexts = contexts;
    this.stores = stores;
    this.#service = service;
    this.#client = new CatchingUpClient(contexts);
    this.#process = process;
    this.pool = createPool({
      connectionString: stores.database.url,
      schema: service.schema,
      logger: silentLogger(),
    });
  }

  get url(): string {
    return this.#process.url;
  }

  /** What a request has to ask for to be answered with all that was published and seen here so far. */
  get token(): string {
    return this.#client.token;
  }

  /** Another process of the service on the same data, for the constructor of a second instance; see `stopService`. */
  async openReplica(): Promise<OwnerParts> {
    const process = await startOn(this.#service, this.stores);
    await whenReady(process.url);
    return { service: this.#service, stores: this.stores, contexts: this.contexts, process };
  }

  /** Takes over the other client's revision: its writes are read here, too. */
  sawAsMuchAs(other: RunningOwner): void {
    this.#client.sawAsMuchAs(other.#client);
  }

  /** Ends the service as SIGTERM would; what it had begun is left to the next process. */
  async stopService(): Promise<void> {
    await this.#process.cleanups.run();
  }

  /** Starts the service again on the same data, changed as `service` says. */
  async startService(service: OwnerUnderTest = this.#service): Promise<void> {
    this.#process = await startOn(service, this.stores);
    await whenReady(this.#process.url);
  }

  /** Ends the service and drops its data. */
  async stop(): Promise<void> {
    await this.stopService();
    await this.contexts.close();
    await this.pool.end();
    await this.stores.database.drop();
  }

  /** Calls the API. The answer includes all that was published and seen here so far. */
  call(
    caller: Bearer | undefined,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<CaughtUpReply> {
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
  send(method: string, path: string, init: RequestParts = {}): Promise<CaughtUpReply> {
    return this.#client.send(this.url + path, method, init);
  }

  /** Calls once, asking for no revision: what a client without a token gets. */
  async sendPlain(method: string, path: string, init: RequestParts = {}): Promise<CaughtUpReply> {
    return replyOf(await fetch(this.url + path, { ...init, method }));
  }
}
