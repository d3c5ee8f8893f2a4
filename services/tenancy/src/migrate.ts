/** The migration job: brings this service's schema up to date and ends. */
import { runMigrations } from '@px0/service-kit';
import { MIGRATIONS, SCHEMA } from './schema.ts';

await runMigrations('tenancy', { schema: SCHEMA, directory: MIGRATIONS });
