/**
 * `npm run adopt-database -- --replace`: accepts the database although the stream shows changes that it lacks. They are lost then: readers, and
 * the applications that hold prompts, take what the database has. Reads the variables that `npm run compact` reads.
 * See docs/runbooks/database-refused.md.
 */
import { join } from 'node:path';
import { connectConfigured } from '@px0/event-bus/internal';
import { Cleanups, createLogger, createPool, loadConfig } from '@px0/service-kit';
import { z } from 'zod';
import { databaseOf, maintenanceVariables } from '../maintenance-config.ts';
import { adopt } from './adopt.ts';
import { afterReturnOf } from './after-return.ts';

const servicesFolder = join(import.meta.dirname, '../../../../services');
const folders = { identity: 'identity', tenancy: 'tenancy', registry: 'prompt-registry' } as const;

const config = loadConfig(z.object(maintenanceVariables));
const logger = createLogger({ service: 'adopt-database', level: config.LOG_LEVEL });
const cleanups = new Cleanups(logger);

try {
  if (process.argv.slice(2).join(' ') !== '--replace') {
    throw new Error(
      'What the database lacks is lost for good: say --replace to let it replace what readers hold.',
    );
  }
  const bus = await connectConfigured(config, { name: 'adopt-database', logger });
  cleanups.add('nats', () => bus.close());
  for (const context of ['identity', 'tenancy', 'registry'] as const) {
    const migrations = join(servicesFolder, folders[context], 'prisma/migrations');
    const pool = createPool({
      connectionString: databaseOf(context, config),
      schema: context,
      logger,
      max: 2,
    });
    cleanups.add(`postgres ${context}`, () => pool.end());
    await adopt({ pool, bus, afterReturn: await afterReturnOf(migrations) });
    logger.info({ context }, 'the database is accepted: its state will replace what readers hold');
  }
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  logger.error({ reason: message }, 'the database was not accepted');
  process.exitCode = 1;
} finally {
  await cleanups.run();
}
