/** Tenancy's tables without the service, for tests that look at what SQL and transactions do. */
import { rowsOnly } from '@px0/owner/testing';
import { createPool, migrate, silentLogger } from '@px0/service-kit';
import { testDatabase } from '@px0/testing';
import { rules } from '../src/changes/mod.ts';
import { MIGRATIONS, SCHEMA } from '../src/schema.ts';

export type OwnDatabase = Awaited<ReturnType<typeof ownDatabase>>;

/** A new database with tenancy's migrations applied. */
export async function ownDatabase() {
  const { url, drop } = await testDatabase();
  const pool = createPool({ connectionString: url, schema: SCHEMA, logger: silentLogger() });
  await migrate({ pool, schema: SCHEMA, directory: MIGRATIONS });
  return {
    ...rowsOnly(pool, rules),
    close: async () => {
      await pool.end();
      await drop();
    },
  };
}
