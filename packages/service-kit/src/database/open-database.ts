/** Opens a service's database from its configuration: the pool, with tables that are up to date. */
import type { z } from 'zod';
import type { Cleanups } from '../cleanups.ts';
import type { databaseVariables } from '../config.ts';
import type { Logger } from '../logger.ts';
import { observeAnswers } from '../telemetry/instruments.ts';
import { metricCatalog } from '../telemetry/metric-catalog.ts';
import { prepareSchema } from './migrate.ts';
import { type CheckedPool, createPool, type PoolOptions } from './pool.ts';

export interface DatabaseOptions {
  readonly config: z.infer<z.ZodObject<typeof databaseVariables>>;
  /** The service's own schema. */
  readonly schema: string;
  /** The folder of its migrations, in Prisma's layout. */
  readonly migrations: string;
  readonly logger: Logger;
  /** Ends the pool. */
  readonly cleanups: Cleanups;
  /** Asks something of each new connection before anything else is. */
  readonly onConnect?: PoolOptions['onConnect'];
}

/** @throws StartError when the tables cannot be brought up to date, or are not within `DATABASE_WAIT_MS` */
export async function openDatabase(options: DatabaseOptions): Promise<CheckedPool> {
  const { config, schema, migrations, logger, cleanups } = options;
  const pool = createPool({
    connectionString: config.DATABASE_URL,
    schema,
    logger,
    max: config.DATABASE_POOL_SIZE,
    statementTimeoutMs: config.DATABASE_STATEMENT_TIMEOUT_MS,
    ...(options.onConnect === undefined ? {} : { onConnect: options.onConnect }),
  });
  cleanups.add('postgres', () => pool.end());
  observeAnswers(metricCatalog.postgresUp, () => pool.query('SELECT 1'));
  await prepareSchema({
    pool,
    schema,
    directory: migrations,
    logger,
    waitMs: config.DATABASE_WAIT_MS,
    mode: config.DATABASE_MIGRATIONS,
  });
  return pool;
}
