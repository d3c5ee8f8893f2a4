import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, type TestDatabase, testDatabase } from '@px0/testing';
import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StartError } from '../errors.ts';
import { silentLogger } from '../logger.ts';
import { migrate, prepareSchema } from './migrate.ts';
import { createPool } from './pool.ts';
import { isUnavailable } from './unavailable.ts';
import { waitForPostgres } from './wait.ts';

let database: TestDatabase;
let pool: pg.Pool;
let directory: string;

beforeEach(async () => {
  database = await testDatabase();
  pool = createPool({
    connectionString: database.url,
    schema: 'tenancy',
    logger: silentLogger(),
  });
  directory = await mkdtemp(join(tmpdir(), 'px0-migrations-'));
});

afterEach(async () => {
  await pool.end();
  await database.drop();
  await rm(directory, { recursive: true });
});

async function write(name: string, sql: string): Promise<void> {
  await mkdir(join(directory, name), { recursive: true });
  await writeFile(join(directory, name, 'migration.sql'), sql);
}

const up = (on = pool) => migrate({ pool: on, schema: 'tenancy', directory });

/** A pool that gives up statements after a third of a second: also harmless ones, on a machine that stands still. */
async function withHastyPool<T>(work: (hasty: pg.Pool) => Promise<T>): Promise<T> {
  const hasty = createPool({
    connectionString: database.url,
    schema: 'tenancy',
    logger: silentLogger(),
    statementTimeoutMs: 300,
  });
  try {
    return await work(hasty);
  } finally {
    await hasty.end();
  }
}

describe('migrate', () => {
  it('applies what is missing, in order, into the schema, and keeps Prisma’s books', async () => {
    await write('20260102_more', 'alter table team add column name text;');
    await write('20260101_init', 'create table team (id int); insert into team values (1);');
    expect(await up()).toEqual(['20260101_init', '20260102_more']);
    expect(await up()).toEqual([]);
    const { rows } = await pool.query('select * from tenancy._prisma_migrations order by migration_name');
    expect(rows[0]).toMatchObject({
      migration_name: '20260101_init',
      checksum: createHash('sha256')
        .update('create table team (id int); insert into team values (1);')
        .digest('hex'),
      finished_at: expect.any(Date),
      started_at: expect.any(Date),
      rolled_back_at: null,
      logs: null,
      applied_steps_count: 1,
    });
    expect((await pool.query('select name from team')).rows).toEqual([{ name: null }]);
  });

  it('is done once by replicas that start together, also in a database without the schema', async () => {
    await write('20260101_init', 'create table team (id int); select pg_sleep(0.2);');
    const applied = await Promise.all(
      Array.from({ length: 5 }, () =>
        migrate({ connectionString: database.url, schema: 'tenancy', directory, logger: silentLogger() }),
      ),
    );
    expect(applied.flat()).toEqual(['20260101_init']);
  });

  it('stops with one sentence when an applied migration was changed', async () => {
    await write('20260101_init', 'create table team (id int);');
    await up();
    await write('20260101_init', 'create table team (id bigint);');
    await expect(up()).rejects.toThrow(
      new StartError(
        'Migration 20260101_init of schema tenancy was changed after it had been applied; restore its file and add a new migration.',
      ),
    );
  });

  it('leaves nothing of a migration that fails, and names it', async () => {
    await write('20260101_init', 'create table team (id int); create table team (id int);');
    await expect(up()).rejects.toThrow(
      /^Migration 20260101_init of schema tenancy failed: relation "team" already exists\.$/,
    );
    expect((await pool.query('select 1 from _prisma_migrations')).rows).toEqual([]);
    await write('20260101_init', 'create table team (id int);');
    expect(await up()).toEqual(['20260101_init']);
  });

  it('is not cut by the statement timeout of requests', async () => {
    await write('20260101_init', 'select pg_sleep(0.6);');
    // What comes before the migration is bound by it, and may be cut on a busy machine; the migration itself would be each time.
    const applied = await withHastyPool((hasty) => eventually(() => up(hasty), { what: 'the migration' }));
    expect(applied).toEqual(['20260101_init']);
  });

  it('goes on when the database is ahead, as it is while a release is rolled back', async () => {
    await write('20260101_init', 'create table team (id int);');
    await up();
    await rm(join(directory, '20260101_init'), { recursive: true });
    expect(await up()).toEqual([]);
  });
});

describe('the pool', () => {
  it('gives up a statement that runs too long, as unavailable', async () => {
    const error = await withHastyPool((hasty) => hasty.query('select pg_sleep(60)')).catch(
      (reason: unknown) => reason,
    );
    expect(isUnavailable(error)).toBe(true);
  });

  it('says that no connection is to be had, instead of waiting until there is one', async () => {
    const small = createPool({
      connectionString: database.url,
      schema: 'tenancy',
      logger: silentLogger(),
      max: 1,
      acquireTimeoutMs: 100,
    });
    // The same bound holds for opening a connection, which a busy machine may miss; only the second one has to.
    const held = await eventually(() => small.connect().catch(() => undefined), { what: 'a connection' });
    const error = await small.query('select 1').catch((reason: unknown) => reason);
    expect(isUnavailable(error)).toBe(true);
    held.release();
    await small.end();
  });

  it('survives that the server ends its connections', async () => {
    await pool.query('select 1');
    const admin = createPool({ connectionString: database.url, schema: 'public', logger: silentLogger() });
    await admin.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'px0-tenancy' and datname = current_database()",
    );
    await admin.end();
    const result = await pool.query('select 1 as one').catch(() => pool.query('select 1 as one'));
    expect(result.rows).toEqual([{ one: 1 }]);
  });
});

describe('waiting for Postgres', () => {
  it('ends with a sentence when nobody answers in time', async () => {
    const away = createPool({
      connectionString: 'postgres://127.0.0.1:1/x',
      schema: 'tenancy',
      logger: silentLogger(),
    });
    await expect(waitForPostgres(away, 120, silentLogger())).rejects.toThrow(
      /^Postgres did not answer within 120 ms/,
    );
    await away.end();
  });

  it('ends at once with a sentence when waiting would not help', async () => {
    const url = new URL(database.url);
    url.pathname = '/no_such_database';
    const wrong = createPool({ connectionString: url.href, schema: 'tenancy', logger: silentLogger() });
    await expect(waitForPostgres(wrong, 10_000, silentLogger())).rejects.toThrow(
      /^Postgres refused the connection to DATABASE_URL: database "no_such_database" does not exist; create the database, or correct its name\.$/,
    );
    await wrong.end();
  });
});

describe('prepareSchema that awaits', () => {
  const awaiting = (waitMs: number) =>
    prepareSchema({ pool, schema: 'tenancy', directory, mode: 'await', waitMs });

  it('resolves when a migration job has applied everything, and changes nothing itself', async () => {
    await write('20260101_init', 'create table team (id int);');
    let prepared = false;
    const waiting = awaiting(30_000).then(() => {
      prepared = true;
    });
    const { rows } = await pool.query('select to_regnamespace($1) as schema', ['tenancy']);
    expect([rows[0], prepared]).toEqual([{ schema: null }, false]);
    await up();
    await waiting;
    expect(prepared).toBe(true);
  });

  it('names what is missing when nobody applies it', async () => {
    await write('20260101_init', 'create table team (id int);');
    await up();
    await write('20260102_more', 'alter table team add column name text;');
    await expect(awaiting(0)).rejects.toThrow(
      /Schema tenancy still lacks 1 migrations \(first: 20260102_more\) after 0 ms/,
    );
  });

  it('suits a role that may not create anything', async () => {
    await write('20260101_init', 'create table team (id int);');
    await up();
    await pool.query(`create role reader_of_${process.pid}`);
    try {
      await pool.query(`grant usage on schema tenancy to reader_of_${process.pid}`);
      await pool.query(`grant select on all tables in schema tenancy to reader_of_${process.pid}`);

      const reader = createPool({
        connectionString: database.url,
        schema: 'tenancy',
        logger: silentLogger(),
      });
      try {
        reader.on('connect', (client) => void client.query(`set role reader_of_${process.pid}`));
        await prepareSchema({ pool: reader, schema: 'tenancy', directory, mode: 'await', waitMs: 0 });
        await expect(migrate({ pool: reader, schema: 'tenancy', directory })).rejects.toThrow(
          /permission denied/,
        );
      } finally {
        await reader.end();
      }
    } finally {
      await pool.query(`drop owned by reader_of_${process.pid}`);
      await pool.query(`drop role reader_of_${process.pid}`);
    }
  });
});
