/**
 * Applies a service's SQL migrations at its start. Layout and bookkeeping are Prisma's (`<directory>/<name>/migration.sql`,
 * table `_prisma_migrations`), so databases of earlier releases stay valid; Prisma itself is not needed.
 *
 * Replicas that start together are ordered by an advisory lock per schema. A migration and its bookkeeping row commit together:
 * it is applied entirely and recorded, or not at all.
 * See docs/decisions/003-migrations.md.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { StartError } from '../errors.ts';
import { type Logger, silentLogger } from '../logger.ts';
import { createPool, quoteSearchPath } from './pool.ts';
import { waitForPostgres } from './wait.ts';

export interface MigrateOptions {
  /** Either a pool or a connection string. The migrations run on one connection of it, without statement timeout. */
  readonly pool?: pg.Pool;
  readonly connectionString?: string;
  readonly schema: string;
  /** The folder that holds one folder per migration, usually `prisma/migrations`. */
  readonly directory: string;
  /** Only migrations with these names: an earlier state, for a restored backup or a test. */
  readonly only?: ReadonlySet<string>;
  readonly logger?: Logger;
  /** How long to wait for a database that does not answer yet. */
  readonly waitMs?: number;
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

interface AppliedRow {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
}

/** pg takes 0 for "not given", so no limit is written as one that no migration reaches. */
const A_DAY_MS = 86_400_000;

/** First half of the advisory lock's key: Prisma's own lock number, so that it is recognised in `pg_locks`. */
const LOCK_CLASS = 72_707_369;

/** As Prisma's schema engine creates it. */
const BOOKKEEPING_TABLE = `
  create table if not exists _prisma_migrations (
    id                  varchar(36) primary key not null,
    checksum            varchar(64) not null,
    finished_at         timestamptz,
    migration_name      varchar(255) not null,
    logs                text,
    rolled_back_at      timestamptz,
    started_at          timestamptz not null default now(),
    applied_steps_count integer not null default 0
  )`;

/**
 * Brings `schema` up to date and returns the names of the migrations that this call applied, in order.
 *
 * @throws StartError one sentence, when an applied migration was changed, one had failed under Prisma's CLI, or one fails now
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const logger = options.logger ?? silentLogger();
  const own = options.pool === undefined;
  const pool =
    options.pool ??
    createPool({ connectionString: options.connectionString ?? '', schema: options.schema, logger, max: 1 });
  try {
    const { only } = options;
    const all = await readMigrations(options.directory);
    const migrations = only === undefined ? all : all.filter(({ name }) => only.has(name));
    const client = await waitForPostgres(pool, options.waitMs ?? 60_000, logger);
    try {
      return await migrateUnderLock(client, options.schema, migrations, logger);
    } finally {
      // The connection's settings were changed and it may still hold the lock: it is not handed to anyone else.
      client.release(true);
    }
  } finally {
    if (own) await pool.end();
  }
}

export interface PrepareOptions extends MigrateOptions {
  readonly pool: pg.Pool;
  /** `DATABASE_MIGRATIONS`: who applies what is missing. */
  readonly mode: 'apply' | 'await';
}

/**
 * What a service calls at its start: resolves when its schema is up to date, by its own doing or by that of a migration job.
 *
 * @throws StartError as `migrate` does, or when migrations that it awaits are still missing after `waitMs`
 */
export async function prepareSchema(options: PrepareOptions): Promise<void> {
  if (options.mode === 'apply') await migrate(options);
  else await awaitMigrations(options);
}

const AWAIT_INTERVAL_MS = 500;

async function awaitMigrations(options: PrepareOptions): Promise<void> {
  const { pool, schema, directory, logger = silentLogger(), waitMs = 60_000 } = options;
  const deadline = performance.now() + waitMs;
  const migrations = await readMigrations(directory);
  const client = await waitForPostgres(pool, waitMs, logger);
  try {
    for (;;) {
      const missing = await missingMigrations(client, schema, migrations, logger);
      if (missing.length === 0) return;
      if (performance.now() > deadline) {
        throw new StartError(
          `Schema ${schema} still lacks ${missing.length} migrations (first: ${missing[0]?.name}) after ${waitMs} ms; run its migration job or set DATABASE_MIGRATIONS=apply.`,
        );
      }
      logger.info({ schema, missing: missing.length }, 'waiting for migrations');
      await sleep(AWAIT_INTERVAL_MS);
    }
  } finally {
    client.release();
  }
}

/** Reads only: a service that awaits may lack the right to create the table. */
async function missingMigrations(
  client: pg.PoolClient,
  schema: string,
  migrations: readonly Migration[],
  logger: Logger,
): Promise<readonly Migration[]> {
  const table = `${quoteSearchPath(schema)}._prisma_migrations`;
  const { rows } = await client.query<{ exists: boolean }>('select to_regclass($1) is not null as exists', [
    table,
  ]);
  if (rows[0]?.exists !== true) return migrations;
  return unapplied(migrations, await appliedMigrations(client, schema), schema, logger);
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.toSorted().map(async (name) => {
      const sql = await readFile(join(directory, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function migrateUnderLock(
  client: pg.PoolClient,
  schema: string,
  migrations: readonly Migration[],
  logger: Logger,
): Promise<string[]> {
  const name = quoteSearchPath(schema);
  await client.query('set statement_timeout = 0');
  // Waits for a replica that is migrating; the lock ends with the connection, so a killed replica blocks no other.
  await queryWithoutTimeout(client, `select pg_advisory_lock(${LOCK_CLASS}, hashtext('${name}'))`);
  await client.query(`create schema if not exists ${name}`);
  await client.query(`set search_path to ${name}`);
  await client.query(BOOKKEEPING_TABLE);
  const pending = unapplied(migrations, await appliedMigrations(client, schema), schema, logger);
  for (const migration of pending) {
    await apply(client, migration, schema);
    logger.info({ schema, migration: migration.name }, 'migration applied');
  }
  await client.query(`select pg_advisory_unlock(${LOCK_CLASS}, hashtext('${name}'))`);
  return pending.map((migration) => migration.name);
}

async function appliedMigrations(client: pg.PoolClient, schema: string): Promise<Map<string, AppliedRow>> {
  const { rows } = await client.query<AppliedRow>(
    `select migration_name, checksum, finished_at from ${quoteSearchPath(schema)}._prisma_migrations
     where rolled_back_at is null order by started_at`,
  );
  return new Map(rows.map((row) => [row.migration_name, row]));
}

function unapplied(
  migrations: readonly Migration[],
  applied: ReadonlyMap<string, AppliedRow>,
  schema: string,
  logger: Logger,
): Migration[] {
  for (const row of applied.values()) {
    if (row.finished_at === null) {
      throw new StartError(
        `Migration ${row.migration_name} of schema ${schema} failed earlier; undo what it left, then delete its row from ${schema}._prisma_migrations.`,
      );
    }
  }
  const known = new Set(migrations.map((migration) => migration.name));
  const unknown = [...applied.keys()].filter((name) => !known.has(name));
  // Normal while a new release is rolled out or back: migrations stay compatible with the release before.
  if (unknown.length > 0)
    logger.warn({ schema, unknown }, 'the database has migrations that this release does not know');
  return migrations.filter((migration) => {
    const row = applied.get(migration.name);
    if (row !== undefined && row.checksum !== migration.checksum) {
      throw new StartError(
        `Migration ${migration.name} of schema ${schema} was changed after it had been applied; restore its file and add a new migration.`,
      );
    }
    return row === undefined;
  });
}

async function apply(client: pg.PoolClient, migration: Migration, schema: string): Promise<void> {
  try {
    await client.query('begin');
    await queryWithoutTimeout(client, migration.sql);
    await client.query(
      `insert into ${schema}._prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       values ($1, $2, $3, clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`Migration ${migration.name} of schema ${schema} failed: ${reason}.`, {
      cause: error,
    });
  }
}

/** The pool's client-side timeout suits requests; waiting for another replica or building an index takes what it takes. */
function queryWithoutTimeout(client: pg.PoolClient, text: string): Promise<unknown> {
  const query: pg.QueryConfig & { query_timeout: number } = { text, query_timeout: A_DAY_MS };
  return client.query(query);
}
