/**
 * Restores a backup into an empty database: first the migrations that it was made with, then its rows in one transaction, then each
 * service's SQL for restored rows, then the migrations of this release. No px0 process may run meanwhile.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { migrate, withStrictTls } from '@px0/service-kit';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { BackupError } from './backup-error.ts';
import { afterRestoreOf, migrationsOf, schemas } from './contexts.ts';
import { type Manifest, readManifest, type TableCopy } from './manifest.ts';
import { copyTarget, quote, tablesOf } from './tables.ts';

export interface RestoreOptions {
  readonly databaseUrl: string;
  readonly folder: string;
  /** The repository's `services`. */
  readonly servicesFolder: string;
  /** Drops what the database holds of px0; otherwise it must hold nothing. */
  readonly replace: boolean;
  /** Makes an end of the streams; called when all has been judged and nothing is changed yet. */
  readonly forgetStreams: () => Promise<void>;
}

/**
 * @returns when the copy was taken, and how many rows came back
 * @throws BackupError one sentence: the backup is damaged or of a later release, the database is in use or not empty
 */
export async function restoreBackup(options: RestoreOptions): Promise<{ takenAt: string; rows: number }> {
  const { databaseUrl, folder, servicesFolder } = options;
  const manifest = await readManifest(folder);
  // All of it is judged before anything is changed.
  await checkFiles(manifest, folder);
  await checkMigrations(manifest, servicesFolder);
  const client = new pg.Client({
    connectionString: withStrictTls(databaseUrl),
    application_name: 'px0-restore',
  });
  await client.connect();
  try {
    await client.query('set statement_timeout = 0');
    await mustBeAlone(client);
    await mustBeEmpty(client, options.replace);
    await options.forgetStreams();
    await makeRoom(client);
    await migrateAll(options, manifest.migrations);
    await load(client, manifest, options);
    await migrateAll(options);
  } finally {
    await client.end();
  }
  return { takenAt: manifest.taken_at, rows: manifest.tables.reduce((sum, { rows }) => sum + rows, 0) };
}

async function checkFiles({ tables }: Manifest, folder: string): Promise<void> {
  for (const { file, sha256 } of tables) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(join(folder, file)), hash).catch((cause: unknown) => {
      throw new BackupError(`The backup is damaged: ${file} cannot be read.`, { cause });
    });
    if (hash.digest('hex') !== sha256) throw new BackupError(`The backup is damaged: ${file} has changed.`);
  }
}

async function checkMigrations({ migrations }: Manifest, servicesFolder: string): Promise<void> {
  for (const schema of schemas) {
    const known = new Set(await readdir(migrationsOf(schema, servicesFolder)));
    const unknown = (migrations[schema] ?? []).filter((name) => !known.has(name));
    if (unknown.length > 0) {
      throw new BackupError(
        `The backup is from a later release: it has the migration ${unknown[0]} of ${schema}.`,
      );
    }
  }
}

/** A running service would keep its old state in memory, and write over the restored rows. */
async function mustBeAlone(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select distinct application_name as name from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and application_name like 'px0-%'`,
  );
  if (rows.length === 0) return;
  throw new BackupError(
    `${rows.map(({ name }) => name).join(', ')} still runs on this database; stop px0 first.`,
  );
}

async function mustBeEmpty(client: pg.Client, replace: boolean): Promise<void> {
  if (replace || (await schemasIn(client)).length === 0) return;
  throw new BackupError(
    'The database is not empty: it already contains px0 data. --replace deletes that data.',
  );
}

async function makeRoom(client: pg.Client): Promise<void> {
  for (const name of await schemasIn(client)) await client.query(`drop schema ${quote(name)} cascade`);
}

async function schemasIn(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    'select nspname as name from pg_namespace where nspname = any($1)',
    [schemas],
  );
  return rows.map(({ name }) => name);
}

async function migrateAll(
  { databaseUrl, servicesFolder }: RestoreOptions,
  only?: Manifest['migrations'],
): Promise<void> {
  for (const schema of schemas) {
    const names = only?.[schema];
    await migrate({
      connectionString: databaseUrl,
      schema,
      directory: migrationsOf(schema, servicesFolder),
      ...(names !== undefined && { only: new Set(names) }),
    });
  }
}

async function load(
  client: pg.Client,
  manifest: Manifest,
  { folder, servicesFolder }: RestoreOptions,
): Promise<void> {
  await client.query('begin');
  await mustBeTheSame(await tablesOf(client), manifest);
  // Migrations have put rows of their own into some.
  for (const { schema, name } of manifest.tables.toReversed()) {
    await client.query(`delete from ${quote(schema)}.${quote(name)}`);
  }
  // What triggers write beside a row is a row of the backup, too.
  for (const { schema, name } of manifest.tables)
    await client.query(`alter table ${quote(schema)}.${quote(name)} disable trigger user`);
  for (const table of manifest.tables) await loadTable(client, table, folder);
  for (const { schema, name } of manifest.tables)
    await client.query(`alter table ${quote(schema)}.${quote(name)} enable trigger user`);
  for (const { name, last_value, is_called } of manifest.sequences) {
    await client.query('select setval($1, $2, $3)', [name, last_value, is_called]);
  }
  for (const schema of schemas) {
    const sql = await readFile(afterRestoreOf(schema, servicesFolder), 'utf8').catch(() => '');
    await client.query(`set local search_path to ${quote(schema)}`);
    if (sql !== '') await client.query(sql);
  }
  await client.query('commit');
}

async function mustBeTheSame(
  tables: Awaited<ReturnType<typeof tablesOf>>,
  manifest: Manifest,
): Promise<void> {
  const shapes = (all: typeof tables) => all.map(copyTarget).toSorted().join('\n');
  if (shapes(tables) === shapes(manifest.tables)) return;
  throw new BackupError('The tables of the backup are not those that its migrations create.');
}

async function loadTable(client: pg.Client, table: TableCopy, folder: string): Promise<void> {
  const rows = client.query(copyFrom(`copy ${copyTarget(table)} from stdin`));
  await pipeline(createReadStream(join(folder, table.file)), createGunzip(), rows);
  if (rows.rowCount === table.rows) return;
  throw new BackupError(
    `${table.schema}.${table.name} accepted only ${rows.rowCount} of ${table.rows} rows.`,
  );
}
