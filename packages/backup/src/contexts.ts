/** The contexts that own tables: the schema of each, and the folder of the service that has its migrations. */
import { join } from 'node:path';

const services = { identity: 'identity', tenancy: 'tenancy', registry: 'prompt-registry' } as const;

export type Schema = keyof typeof services;

export const schemas: readonly Schema[] = ['identity', 'tenancy', 'registry'];

/** @param servicesFolder the repository's `services` */
export function migrationsOf(schema: Schema, servicesFolder: string): string {
  return join(servicesFolder, services[schema], 'prisma', 'migrations');
}

/** The optional SQL file that a service runs on its restored rows. */
export function afterRestoreOf(schema: Schema, servicesFolder: string): string {
  return join(servicesFolder, services[schema], 'prisma', 'after-restore.sql');
}
