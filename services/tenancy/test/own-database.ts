/** Tenancy's tables without the service, for tests that look at what SQL and transactions do. */
import { join } from 'node:path';
import { createPool, migrate, silentLogger } from '@px0/service-kit';
import { testDatabase } from '@px0/testing';
import { createDatabase, type Database, SCHEMA } from '../src/database.ts';

export interface OwnDatabase {
  readonly database: Database;
  close(): Promise<void>;
}

/** A new database with tenancy's migrations applied. */
export async function ownDatabase(): Promise<OwnDatabase> {
  const { url, drop } = await testDatabase();
  const pool = createPool({ connectionString: url, schema: SCHEMA, logger: silentLogger() });
  await migrate({ pool, schema: SCHEMA, directory: join(import.meta.dirname, '../prisma/migrations') });
  const database = createDatabase(pool);
  return {
    database,
    close: async () => {
      await database.$disconnect();
      await pool.end();
      await drop();
    },
  };
}
