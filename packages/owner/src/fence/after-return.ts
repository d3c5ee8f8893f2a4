/** What a service does to its rows when its database went back: they are older than what clients have seen. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The SQL beside a service's migrations; empty when it has none. */
export async function afterReturnOf(migrations: string): Promise<string> {
  return await readFile(join(dirname(migrations), 'after-return.sql'), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
}
