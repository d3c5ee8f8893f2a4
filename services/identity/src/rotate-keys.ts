/**
 * `npm run rotate-keys`: asks the running service for a new signing key. It finds the database by DATABASE_URL, or, for a platform on this
 * machine, in the run.json of PX0_HOME.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createPool, silentLogger } from '@px0/service-kit';
import { z } from 'zod';
import { SCHEMA } from './schema.ts';
import { askForRotation } from './signing-keys/mod.ts';

const runFile = z.object({ servers: z.object({ postgres: z.object({ url: z.string() }) }) });

async function databaseUrl(): Promise<string | undefined> {
  if (process.env['DATABASE_URL']) return process.env['DATABASE_URL'];
  try {
    const text = await readFile(join(resolve(process.env['PX0_HOME'] || '.px0'), 'run.json'), 'utf8');
    return runFile.parse(JSON.parse(text)).servers.postgres.url;
  } catch {
    return undefined;
  }
}

const url = await databaseUrl();
if (url === undefined) {
  process.stderr.write('No database: set DATABASE_URL, or run this where px0 runs (PX0_HOME).\n');
  process.exitCode = 1;
} else {
  const pool = createPool({ connectionString: url, schema: SCHEMA, logger: silentLogger() });
  try {
    await askForRotation(pool);
    process.stdout.write(
      'A new key is made within a minute and signs five minutes later. Sessions stay as they are.\n',
    );
  } finally {
    await pool.end();
  }
}
