/**
 * Identity in the test's own process, on the run's real Postgres and NATS, with tenancy and registry played by the test; and a client
 * that reads its own writes, as every client with a revision token does.
 */
import { randomUUID } from 'node:crypto';
import { Cleanups, createLogger, createPool, loadConfig, silentLogger } from '@px0/service-kit';
import {
  CatchingUpClient,
  type CaughtUpReply,
  ForeignContexts,
  PlayedTenancy,
  type TestBus,
  type TestDatabase,
  testBus,
  testDatabase,
  whenReady,
} from '@px0/testing';
import type pg from 'pg';
import { z } from 'zod';
import { startIdentity } from '../src/compose.ts';
import { type Config, configSchema } from '../src/config.ts';
import { SCHEMA } from '../src/database/db.ts';
import { CapturedMails } from './captured-mails.ts';

export type Reply = CaughtUpReply;

/** Whoever has a token: a user, a key. */
export interface Bearer {
  readonly token: string;
}

export interface TestUser extends Bearer {
  readonly id: string;
  readonly email: string;
}

/** A user who administers an organization. */
export interface Founder extends TestUser {
  readonly orgId: string;
  readonly teamId: string;
}

export const PASSWORD = 'Correct-horse-1';

const registered = z.object({
  user: z.object({ id: z.string(), email: z.string(), created_at: z.string() }),
});
export const begunSession = z.object({ token: z.string(), expires_at: z.string() });
export const createdKey = z.object({ id: z.string(), key: z.string() });

/** Hashes that take no time: what they are worth is not what these tests ask. */
const cheapHashes = { ARGON2_MEMORY_KIB: 64, ARGON2_PASSES: 1 };

export interface RunOptions {
  readonly config?: Partial<Config>;
  /** Environment variables; `RESEND_API_KEY=mock` unless told otherwise. */
  readonly env?: Readonly<Record<string, string>>;
}

export class RunningIdentity {
  readonly tenancy: PlayedTenancy;
  readonly contexts: ForeignContexts;
  readonly mails: CapturedMails;
  /** For looking at rows, and for putting there what the API would take too long for. */
  readonly pool: pg.Pool;
  readonly stores: { readonly database: TestDatabase; readonly bus: TestBus };
  /** Every line that the service has logged. */
  readonly log: string[];
  readonly #options: RunOptions;
  #cleanups: Cleanups;
  #url: string;
  readonly #client: CatchingUpClient;

  private constructor(parts: {
    contexts: ForeignContexts;
    pool: pg.Pool;
    mails: CapturedMails;
    log: string[];
    cleanups: Cleanups;
    url: string;
    stores: { database: TestDatabase; bus: TestBus };
    options: RunOptions;
  }) {
    this.contexts = parts.contexts;
    this.#client = new CatchingUpClient(parts.contexts);
    this.tenancy = new PlayedTenancy(parts.contexts);
    this.pool = parts.pool;
    this.mails = parts.mails;
    this.log = parts.log;
    this.stores = parts.stores;
    this.#cleanups = parts.cleanups;
    this.#url = parts.url;
    this.#options = parts.options;
  }

  static async start(options: RunOptions = {}): Promise<RunningIdentity> {
    const [database, bus] = await Promise.all([testDatabase(), testBus()]);
    const stores = { database, bus };
    const mails = new CapturedMails();
    const log: string[] = [];
    const contexts = await ForeignContexts.connect(bus);
    const [{ url, cleanups }] = await Promise.all([
      startService({ stores, mails, log, options }),
      contexts.complete('tenancy', 'registry'),
    ]);
    await whenReady(url);
    const pool = createPool({ connectionString: database.url, schema: SCHEMA, logger: silentLogger() });
    return new RunningIdentity({ contexts, pool, mails, log, cleanups, url, stores, options });
  }

  get url(): string {
    return this.#url;
  }

  /** Ends the service as SIGTERM would, and starts it again on the same data. */
  async restart(change: RunOptions = {}): Promise<void> {
    await this.#cleanups.run();
    const options = {
      config: { ...this.#options.config, ...change.config },
      env: { ...this.#options.env, ...change.env },
    };
    const { url, cleanups } = await startService({
      stores: this.stores,
      mails: this.mails,
      log: this.log,
      options,
    });
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

  /** An address that nobody has yet. */
  newEmail(): string {
    return `user-${randomUUID()}@example.com`;
  }

  /** Registers by the public way, and logs in. */
  async user(email = this.newEmail(), password = PASSWORD): Promise<TestUser> {
    const reply = await this.call(undefined, 'POST', '/v1/auth/register', { email, password });
    const { user } = parsed(registered, reply);
    return { id: user.id, email, token: await this.logIn(email, password) };
  }

  async logIn(email: string, password = PASSWORD): Promise<string> {
    const reply = await this.call(undefined, 'POST', '/v1/auth/login', { email, password });
    return parsed(begunSession, reply).token;
  }

  /** A user who is admin of an organization's default team. */
  async founder(): Promise<Founder> {
    const user = await this.user();
    const { id: orgId, defaultTeamId: teamId } = await this.tenancy.createOrganization();
    await this.tenancy.setMember(teamId, user.id, 'admin');
    return { ...user, orgId, teamId };
  }

  /** A new key of the founder's organization. */
  async key(
    founder: Founder,
    facts: Record<string, unknown> = {},
  ): Promise<Bearer & { readonly id: string }> {
    const body = { name: 'a key', org_id: founder.orgId, ...facts };
    const { id, key } = parsed(createdKey, await this.call(founder, 'POST', '/v1/api-keys', body));
    return { id, token: key };
  }

  /** The highest revision seen or published here. */
  token(): string {
    return this.#client.token;
  }
}

interface ServiceParts {
  readonly stores: { database: TestDatabase; bus: TestBus };
  readonly mails: CapturedMails;
  readonly log: string[];
  readonly options: RunOptions;
}

async function startService({ stores, mails, log, options }: ServiceParts) {
  const config: Config = {
    ...loadConfig(configSchema, {
      DATABASE_URL: stores.database.url,
      NATS_URL: stores.bus.servers,
      PX0_STREAM_PREFIX: stores.bus.streamPrefix,
      NODE_ENV: 'test',
      RESEND_API_KEY: 'mock',
      ...options.env,
    }),
    ...cheapHashes,
    ...options.config,
  };
  const logger = createLogger({
    service: 'identity',
    level: 'trace',
    destination: { write: (line: string) => log.push(line) },
  });
  const cleanups = new Cleanups(logger);
  const { url } = await startIdentity(config, { logger, cleanups }, { mailer: mails });
  return { url, cleanups };
}

/** The body of a reply that should be of this form; an error that shows it when it is not. */
function parsed<T>(schema: z.ZodType<T>, { status, body }: Reply): T {
  const result = schema.safeParse(body);
  if (!result.success) throw new Error(`unexpected answer: ${status} ${JSON.stringify(body)}`);
  return result.data;
}
