/**
 * `npm run compact`: compacts every context. `DATABASE_URL` and `NATS_URL` say where; a context whose tables are elsewhere has a
 * variable of its own (`DATABASE_URL_IDENTITY`, `DATABASE_URL_TENANCY`, `DATABASE_URL_REGISTRY`).
 */
import { baseConfigSchema, Cleanups, createLogger, createPool, loadConfig } from '@px0/service-kit';
import { z } from 'zod';
import { connectBus } from './bus.ts';
import { A_WEEK_MS, compact } from './compact.ts';
import type { OwnerContext } from './outbox.ts';

const configSchema = z.object({
  LOG_LEVEL: baseConfigSchema.shape.LOG_LEVEL,
  DATABASE_URL: z.string().describe('Postgres of all contexts, unless one has a variable of its own.'),
  DATABASE_URL_IDENTITY: z.string().optional().describe('Postgres of identity.'),
  DATABASE_URL_TENANCY: z.string().optional().describe('Postgres of tenancy.'),
  DATABASE_URL_REGISTRY: z.string().optional().describe('Postgres of the prompt registry.'),
  NATS_URL: z.string().default('nats://127.0.0.1:4222').describe('NATS servers, separated by commas.'),
  PX0_STREAM_PREFIX: z.string().default('').describe('Prefix of streams and subjects.'),
  PX0_COMPACT_AFTER_DAYS: z.coerce
    .number()
    .min(1)
    .default(A_WEEK_MS / 86_400_000)
    .describe(
      'Tombstones older than this many days are removed. A reader that was away longer must start anew.',
    ),
});

const A_DAY_MS = 86_400_000;

const config = loadConfig(configSchema);
const logger = createLogger({ service: 'compact', level: config.LOG_LEVEL });
const cleanups = new Cleanups(logger);
const databases: Record<OwnerContext, string> = {
  identity: config.DATABASE_URL_IDENTITY ?? config.DATABASE_URL,
  tenancy: config.DATABASE_URL_TENANCY ?? config.DATABASE_URL,
  registry: config.DATABASE_URL_REGISTRY ?? config.DATABASE_URL,
};

try {
  const { NATS_URL: servers, PX0_STREAM_PREFIX: streamPrefix } = config;
  const bus = await connectBus({ servers, name: 'compact', streamPrefix, logger });
  cleanups.add('nats', () => bus.close());
  for (const context of ['identity', 'tenancy', 'registry'] as const) {
    const pool = createPool({ connectionString: databases[context], schema: context, logger, max: 2 });
    cleanups.add(`postgres ${context}`, () => pool.end());
    await compact({ pool, bus, context, logger, olderThanMs: config.PX0_COMPACT_AFTER_DAYS * A_DAY_MS });
  }
} catch (error) {
  logger.error({ err: error }, 'compaction failed; it can be repeated');
  process.exitCode = 1;
} finally {
  await cleanups.run();
}
