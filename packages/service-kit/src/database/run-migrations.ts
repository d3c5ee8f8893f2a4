/** A migration job: applies what is missing, logs it in one line, and ends. Called by a service's `src/migrate.ts`. */
import { z } from 'zod';
import { databaseVariables, loadConfig, processVariables } from '../config.ts';
import { createLogger } from '../logger.ts';
import { runCommand } from '../run-command.ts';
import { type MigrateOptions, migrate } from './migrate.ts';

const configSchema = z.object({
  LOG_LEVEL: processVariables.LOG_LEVEL,
  DATABASE_URL: databaseVariables.DATABASE_URL,
  DATABASE_WAIT_MS: databaseVariables.DATABASE_WAIT_MS,
});

/** Sets the exit code: 0 when the schema is up to date, 1 with one sentence when it could not be brought there. */
export async function runMigrations(
  service: string,
  { schema, directory }: Pick<MigrateOptions, 'schema' | 'directory'>,
): Promise<void> {
  await runCommand(`${service} migrations`, async () => {
    const config = loadConfig(configSchema);
    const logger = createLogger({ service: `${service}-migrations`, level: config.LOG_LEVEL });
    const applied = await migrate({
      connectionString: config.DATABASE_URL,
      schema,
      directory,
      logger,
      waitMs: config.DATABASE_WAIT_MS,
    });
    logger.info({ schema, applied }, 'the schema is up to date');
  });
}
