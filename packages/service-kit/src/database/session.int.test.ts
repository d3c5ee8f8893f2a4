import {
  hidingSettings,
  type Interference,
  pgbouncerRefusal,
  refuse,
  TcpProxy,
  type TestDatabase,
  TransactionPooler,
  testDatabase,
  through,
  withAnotherKey,
} from '@px0/testing';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StartError } from '../errors.ts';
import { createLogger, silentLogger } from '../logger.ts';
import { type CheckedPool, createPool } from './pool.ts';
import { isUnavailable } from './unavailable.ts';
import { waitForPostgres } from './wait.ts';

const LONG_MS = 30_000;
const advice =
  'px0 needs the address of Postgres itself, without a pooler and without options of its own; see docs/operations/postgres.md.';

let database: TestDatabase;
let closers: (() => Promise<unknown>)[];

beforeEach(async () => {
  database = await testDatabase();
  closers = [() => database.drop()];
});

afterEach(async () => {
  for (const close of closers.reverse()) await close();
});

function poolOn(url: string, more: { statementTimeoutMs?: number } = {}): CheckedPool {
  const pool = createPool({ connectionString: url, schema: 'tenancy', logger: silentLogger(), ...more });
  closers.push(() => pool.end());
  return pool;
}

async function proxied(interference: Interference): Promise<string> {
  const proxy = await TcpProxy.start(Number(new URL(database.url).port), interference);
  closers.push(() => proxy.close());
  return through(database.url, proxy);
}

/** What the start says; it must not wait. */
async function startOn(pool: pg.Pool): Promise<string> {
  const error: unknown = await waitForPostgres(pool, LONG_MS, silentLogger()).then(
    (client) => client.release(),
    (reason: unknown) => reason,
  );
  return error instanceof StartError ? error.message : `no StartError: ${String(error)}`;
}

async function alter(setting: string): Promise<void> {
  // Also where the database accepts no writes by default.
  const admin = new pg.Client({
    connectionString: database.url,
    options: '-c default_transaction_read_only=off',
  });
  await admin.connect();
  await admin.query(`alter database ${new URL(database.url).pathname.slice(1)} set ${setting}`);
  await admin.end();
}

describe('a connection pooler', () => {
  it('that refuses start-up parameters, as PgBouncer does, ends the start at once with one sentence', async () => {
    const pool = poolOn(await proxied({ accept: (client) => refuse(client, pgbouncerRefusal) }));
    const sentence = `DATABASE_URL leads to a connection pooler: it refuses px0’s settings (${pgbouncerRefusal.message}). ${advice}`;
    expect(await startOn(pool)).toBe(sentence);
    expect(pool.refusal).toBe(sentence);
  });

  it.each([
    [
      'RDS Proxy',
      {
        code: '0A000',
        message: "Feature not supported: RDS Proxy currently doesn't support command-line options.",
      },
    ],
    [
      'Neon’s',
      {
        code: '08P01',
        message: 'unsupported startup parameter in options: search_path. Please use unpooled connection',
      },
    ],
  ])('is known by its own words: %s', async (_name, refusal) => {
    const pool = poolOn(await proxied({ accept: (client) => refuse(client, refusal) }));
    expect(await startOn(pool)).toMatch(
      /^DATABASE_URL leads to a connection pooler: it refuses px0’s settings/,
    );
  });

  it('that drops the settings is found out by asking for them', async () => {
    const pool = poolOn(await proxied(hidingSettings()));
    expect(await startOn(pool)).toBe(
      `DATABASE_URL leads to a connection pooler: the session’s search_path is "$user", public, although px0 asked for tenancy. ${advice}`,
    );
    const error: unknown = await pool.query('select 1').catch((reason: unknown) => reason);
    expect(isUnavailable(error)).toBe(true);
  });

  it.each([
    ['statement_timeout', "search_path = 'tenancy'", 'the session’s statement_timeout is 0'],
    [
      'idle_in_transaction_session_timeout',
      "search_path = 'tenancy'; statement_timeout = '10s'",
      'the session’s idle_in_transaction_session_timeout is 0',
    ],
  ])('that drops %s alone is found out, too', async (_name, settings, found) => {
    for (const setting of settings.split('; ')) await alter(setting);
    expect(await startOn(poolOn(await proxied(hidingSettings())))).toContain(found);
  });

  it('that shares a session between transactions is refused, although its settings are right', async () => {
    const pooler = await TransactionPooler.start({
      connectionString: database.url,
      options: '-c search_path=tenancy',
      statement_timeout: 10_000,
      idle_in_transaction_session_timeout: 30_000,
    });
    closers.push(() => pooler.close());
    const pool = poolOn(through(database.url, pooler));
    expect((await pool.query("select current_setting('search_path') as path")).rows).toEqual([
      { path: 'tenancy' },
    ]);
    expect(await startOn(pool)).toBe(
      `DATABASE_URL leads to a connection pooler: several clients share a session between transactions (transaction mode). ${advice}`,
    );
  });

  it('that gives each client a session of its own with the right settings does no harm', async () => {
    const pool = poolOn(await proxied(withAnotherKey));
    const client = await waitForPostgres(pool, LONG_MS, silentLogger());
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    client.release();
    expect(pool.refusal).toBeUndefined();
  });
});

describe('options of DATABASE_URL', () => {
  it('that replace px0’s are refused, because tables of another schema would be read', async () => {
    const pool = poolOn(`${database.url}?options=-c%20search_path%3Dpublic`);
    expect(await startOn(pool)).toContain(
      'the session’s search_path is public, although px0 asked for tenancy',
    );
  });
});

describe('a Postgres that accepts no writes', () => {
  it('is waited for, with a warning, because a standby may be promoted', async () => {
    await alter('default_transaction_read_only = on');
    const lines: string[] = [];
    const logger = createLogger({
      service: 'tenancy',
      destination: { write: (line) => lines.push(line) },
    });
    const waiting = waitForPostgres(poolOn(database.url), LONG_MS, logger);
    await expect.poll(() => lines.join('')).toContain('waiting for a Postgres that accepts writes');
    expect(lines.join('')).toContain('"level":"warn"');
    await alter('default_transaction_read_only = off');
    (await waiting).release();
  });

  it('ends the start when it stays so', async () => {
    await alter('default_transaction_read_only = on');
    await expect(waitForPostgres(poolOn(database.url), 10, silentLogger())).rejects.toThrow(
      'After 10 ms, still: Postgres accepts no writes (a standby, or default_transaction_read_only); px0 needs the primary.',
    );
  });
});

describe('a statement timeout of 0', () => {
  it('means none, also in px0 itself', async () => {
    const pool = poolOn(database.url, { statementTimeoutMs: 0 });
    expect((await pool.query("select pg_sleep(2.2), 'done' as state")).rows[0]).toMatchObject({
      state: 'done',
    });
  });
});
