/** The frame of the maintenance commands, which do something to the tables and the streams of every context. */
import { type Bus, BusUnavailableError, connectConfigured } from '@px0/event-bus/internal';
import {
  Cleanups,
  createLogger,
  createPool,
  databaseVariables,
  type Logger,
  processVariables,
  StartError,
  streamVariables,
  urlVariable,
  waitForPostgres,
} from '@px0/service-kit';
import type pg from 'pg';
import { z } from 'zod';
import type { OwnerContext } from './outbox/outbox.ts';

const databaseUrl = urlVariable('postgres', 'postgresql');

/** What the commands read from the environment: where the contexts' tables and the streams are. */
export const maintenanceVariables = {
  LOG_LEVEL: processVariables.LOG_LEVEL,
  ...streamVariables,
  DATABASE_WAIT_MS: databaseVariables.DATABASE_WAIT_MS,
  DATABASE_URL: databaseUrl.describe('Postgres of all contexts, unless one has a variable of its own.'),
  DATABASE_URL_IDENTITY: databaseUrl.optional().describe('Postgres of identity.'),
  DATABASE_URL_TENANCY: databaseUrl.optional().describe('Postgres of tenancy.'),
  DATABASE_URL_REGISTRY: databaseUrl.optional().describe('Postgres of the prompt registry.'),
};

const configSchema = z.object(maintenanceVariables);

type MaintenanceConfig = z.infer<typeof configSchema>;

/** A context that is being maintained. */
export interface Maintained {
  readonly context: OwnerContext;
  /** Its search_path is the context's schema. */
  readonly pool: pg.Pool;
  readonly bus: Bus;
  readonly logger: Logger;
}

/**
 * Does `work` in one context after the other, on connections that are closed afterwards.
 *
 * @throws StartError one sentence, when a server does not answer or refuses
 */
export async function inEachContext(
  command: string,
  config: MaintenanceConfig,
  work: (maintained: Maintained) => Promise<void>,
): Promise<void> {
  const logger = createLogger({ service: command, level: config.LOG_LEVEL });
  const cleanups = new Cleanups(logger);
  try {
    const bus = await connectConfigured(config, { name: command, logger, atOnce: true });
    cleanups.add('nats', () => bus.close());
    for (const context of ['identity', 'tenancy', 'registry'] as const) {
      const connectionString = databaseOf(context, config);
      const pool = createPool({ connectionString, schema: context, logger, max: 2 });
      cleanups.add(`postgres ${context}`, () => pool.end());
      (await waitForPostgres(pool, config.DATABASE_WAIT_MS, logger)).release();
      await work({ context, pool, bus, logger });
    }
  } catch (error) {
    if (!(error instanceof BusUnavailableError)) throw error;
    throw new StartError(`NATS did not do what was asked (${error.message}): run the command again.`, {
      cause: error,
    });
  } finally {
    await cleanups.run();
  }
}

/** Where a context's tables are. */
function databaseOf(context: OwnerContext, config: MaintenanceConfig): string {
  const own = {
    identity: config.DATABASE_URL_IDENTITY,
    tenancy: config.DATABASE_URL_TENANCY,
    registry: config.DATABASE_URL_REGISTRY,
  };
  return own[context] ?? config.DATABASE_URL;
}
