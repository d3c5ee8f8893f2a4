/** The manifest of a backup: enough to check that the backup is complete, and that this release can restore it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { BackupError } from './backup-error.ts';

export const FORMAT = 1;
const FILE = 'manifest.json';

const table = z.object({
  schema: z.enum(['identity', 'tenancy', 'registry']),
  name: z.string(),
  columns: z.array(z.string()),
  rows: z.int(),
  file: z.string().regex(/^[a-z_]+\.[a-z_]+\.copy\.gz$/),
  /** Of the file. */
  sha256: z.string(),
});

const manifestSchema = z.object({
  format: z.literal(FORMAT),
  /** The moment that the copy shows, RFC 3339. */
  taken_at: z.string(),
  /** Names of the applied migrations, by schema, in order. */
  migrations: z.record(z.string(), z.array(z.string())),
  /** In an order in which rows refer only to tables before. */
  tables: z.array(table),
  sequences: z.array(z.object({ name: z.string(), last_value: z.string(), is_called: z.boolean() })),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type TableCopy = z.infer<typeof table>;

export function manifestFile(folder: string): string {
  return join(folder, FILE);
}

/** @throws BackupError when the folder holds no backup that this release can read */
export async function readManifest(folder: string): Promise<Manifest> {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(manifestFile(folder), 'utf8')));
  } catch (cause) {
    throw new BackupError(`${folder} does not contain a complete backup of format ${FORMAT}.`, { cause });
  }
}
