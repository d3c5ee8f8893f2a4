/**
 * `npm run rotate-keys`: asks the running service for a new signing key. It finds the database by DATABASE_URL, or, for a platform on this
 * machine, in the run.json of PX0_HOME.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigError, createPool, runCommand, silentLogger, waitForPostgres } from '@px0/service-kit';
import { z } from 'zod';
import { SCHEMA } from './schema.ts';
import { askForRotation } from './signing-keys/mod.ts';

/** The service runs, so its database is there: what a user waits for before the command gives up. */
const DATABASE_WAIT_MS = 5_000;

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

await runCommand('rotate-keys', async () => {
  const url = await databaseUrl();
  if (url === undefined)
    throw new ConfigError('No database: set DATABASE_URL, or run this where px0 runs (PX0_HOME).');
  const logger = silentLogger();
  const pool = createPool({ connectionString: url, schema: SCHEMA, logger });
  try {
    (await waitForPostgres(pool, DATABASE_WAIT_MS, logger)).release();
    await askForRotation(pool);
  } finally {
    await pool.end();
  }
  process.stdout.write(
    'A new key is made within a minute and signs five minutes later. Sessions stay as they are.\n',
  );
});
