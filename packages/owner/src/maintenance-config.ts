/** What the maintenance commands read from the environment: where the contexts' tables and the streams are. */
import { processVariables, streamVariables, urlVariable } from '@px0/service-kit';
import type { OwnerContext } from './outbox/outbox.ts';

const databaseUrl = urlVariable('postgres', 'postgresql');

export const maintenanceVariables = {
  LOG_LEVEL: processVariables.LOG_LEVEL,
  ...streamVariables,
  DATABASE_URL: databaseUrl.describe('Postgres of all contexts, unless one has a variable of its own.'),
  DATABASE_URL_IDENTITY: databaseUrl.optional().describe('Postgres of identity.'),
  DATABASE_URL_TENANCY: databaseUrl.optional().describe('Postgres of tenancy.'),
  DATABASE_URL_REGISTRY: databaseUrl.optional().describe('Postgres of the prompt registry.'),
};

export interface MaintenanceConfig {
  readonly DATABASE_URL: string;
  readonly DATABASE_URL_IDENTITY?: string | undefined;
  readonly DATABASE_URL_TENANCY?: string | undefined;
  readonly DATABASE_URL_REGISTRY?: string | undefined;
}

/** Where a context's tables are. */
export function databaseOf(context: OwnerContext, config: MaintenanceConfig): string {
  const own = {
    identity: config.DATABASE_URL_IDENTITY,
    tenancy: config.DATABASE_URL_TENANCY,
    registry: config.DATABASE_URL_REGISTRY,
  };
  return own[context] ?? config.DATABASE_URL;
}
