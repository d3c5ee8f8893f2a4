/**
 * What stores see of the database: raw, parameterised SQL on the client or on a transaction. A store never opens a transaction;
 * a command does, through `Changes`, which commits the outbox rows with the change.
 */
import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { type Prisma, PrismaClient } from '../generated/prisma/client.ts';
import { SCHEMA } from '../schema.ts';

export type Database = PrismaClient;

/** Reads and single statements: the client itself or a transaction. */
export type Db = Pick<PrismaClient, '$queryRaw' | '$executeRaw'>;

/** An open transaction. What commits with the outbox asks for this type, so it cannot be called outside of one. */
export type Tx = Prisma.TransactionClient;

export { SCHEMA };

/** A client over the service's pool, which the caller closes. Nothing connects before the first query. */
export function createDatabase(pool: pg.Pool): Database {
  return new PrismaClient({ adapter: new PrismaPg(pool, { schema: SCHEMA }) });
}
