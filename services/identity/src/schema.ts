/** The schema that this service owns, and the migrations that make it. */
import { join } from 'node:path';

export const SCHEMA = 'identity';

export const MIGRATIONS = join(import.meta.dirname, '../prisma/migrations');
