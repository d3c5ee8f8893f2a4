/**
 * Copies the tables of every context to a folder, as of one moment: a single read-only transaction reads them all, while the services
 * keep writing. The manifest is written last; a folder without one is not a backup.
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { withStrictTls } from '@px0/service-kit';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { BackupError } from './backup-error.ts';
import { schemas } from './contexts.ts';
import { FORMAT, type Manifest, manifestFile, type TableCopy } from './manifest.ts';
import { copyTarget, type Table, tablesOf } from './tables.ts';

export interface BackupResult {
  readonly folder: string;
  readonly takenAt: string;
  readonly tables: number;
  readonly rows: number;
}

/** @throws BackupError if the folder exists, or the database contains no px0 data */
export async function writeBackup(databaseUrl: string, folder: string): Promise<BackupResult> {
  await mkdir(folder, { recursive: false, mode: 0o700 }).catch((cause: unknown) => {
    throw new BackupError(`Cannot create ${folder}; a backup needs a new folder.`, { cause });
  });
  const client = new pg.Client({
    connectionString: withStrictTls(databaseUrl),
    application_name: 'px0-backup',
  });
  await client.connect();
  try {
    await client.query('set statement_timeout = 0');
    await client.query('begin isolation level repeatable read, read only');
    const takenAt = new Date().toISOString();
    const migrations = await appliedMigrations(client);
    const tables: TableCopy[] = [];
    for (const table of await tablesOf(client)) tables.push(await copyTable(client, table, folder));
    const manifest: Manifest = {
      format: FORMAT,
      taken_at: takenAt,
      migrations,
      tables,
      sequences: await sequencesOf(client),
    };
    await client.query('commit');
    await writeFile(`${manifestFile(folder)}.new`, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
    await rename(`${manifestFile(folder)}.new`, manifestFile(folder));
    return { folder, takenAt, tables: tables.length, rows: tables.reduce((sum, { rows }) => sum + rows, 0) };
  } finally {
    await client.end();
  }
}

async function appliedMigrations(client: pg.Client): Promise<Record<string, string[]>> {
  const applied: Record<string, string[]> = {};
  for (const schema of schemas) {
    const { rows: found } = await client.query(`select to_regclass('${schema}._prisma_migrations') as table`);
    if (found[0]?.table === null) throw new BackupError(`The database has no px0 schema ${schema}.`);
    const { rows } = await client.query<{ name: string }>(
      `select migration_name as name from ${schema}._prisma_migrations
       where rolled_back_at is null and finished_at is not null order by started_at, migration_name`,
    );
    applied[schema] = rows.map(({ name }) => name);
  }
  return applied;
}

async function copyTable(client: pg.Client, table: Table, folder: string): Promise<TableCopy> {
  const file = `${table.schema}.${table.name}.copy.gz`;
  const hash = createHash('sha256');
  const hashed = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const rows = client.query(copyTo(`copy ${copyTarget(table)} to stdout`));
  await pipeline(
    rows,
    createGzip(),
    hashed,
    createWriteStream(join(folder, file), { mode: 0o600, flags: 'wx' }),
  );
  return {
    ...table,
    columns: [...table.columns],
    rows: rows.rowCount ?? 0,
    file,
    sha256: hash.digest('hex'),
  };
}

async function sequencesOf(client: pg.Client): Promise<Manifest['sequences']> {
  const { rows } = await client.query<{ name: string }>(
    `select format('%I.%I', schemaname, sequencename) as name from pg_sequences where schemaname = any($1) order by 1`,
    [schemas],
  );
  const sequences: Manifest['sequences'] = [];
  for (const { name } of rows) {
    const { rows: state } = await client.query<{ last_value: string; is_called: boolean }>(
      `select last_value::text, is_called from ${name}`,
    );
    for (const { last_value, is_called } of state) sequences.push({ name, last_value, is_called });
  }
  return sequences;
}
