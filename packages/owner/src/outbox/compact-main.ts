/**
 * `npm run compact`: compacts every context. Reads `DATABASE_URL` and `NATS_URL`; a context whose tables are in another database
 * has a variable of its own (`DATABASE_URL_IDENTITY`, `DATABASE_URL_TENANCY`, `DATABASE_URL_REGISTRY`).
 */

import { connectConfigured } from '@px0/event-bus/internal';
import { Cleanups, createLogger, createPool, integerVariable, loadConfig } from '@px0/service-kit';
import { z } from 'zod';
import { databaseOf, maintenanceVariables } from '../maintenance-config.ts';
import { compact } from './compact.ts';

const configSchema = z.object({
  ...maintenanceVariables,
  PX0_COMPACT_AFTER_DAYS: integerVariable(1)
    .prefault('7')
    .describe(
      'Tombstones older than this many days are removed. A reader that was away longer must start anew.',
    ),
});

const A_DAY_MS = 86_400_000;

const config = loadConfig(configSchema);
const logger = createLogger({ service: 'compact', level: config.LOG_LEVEL });
const cleanups = new Cleanups(logger);
try {
  const bus = await connectConfigured(config, { name: 'compact', logger });
  cleanups.add('nats', () => bus.close());
  for (const context of ['identity', 'tenancy', 'registry'] as const) {
    const pool = createPool({
      connectionString: databaseOf(context, config),
      schema: context,
      logger,
      max: 2,
    });
    cleanups.add(`postgres ${context}`, () => pool.end());
    await compact({ pool, bus, context, logger, olderThanMs: config.PX0_COMPACT_AFTER_DAYS * A_DAY_MS });
  }
} catch (error) {
  logger.error({ err: error }, 'compaction failed; it can be repeated');
  process.exitCode = 1;
} finally {
  await cleanups.run();
}
