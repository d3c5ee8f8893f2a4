/**
 * The Prisma client of tenancy's schema. Everything else in the service takes `Tx`, which both the client and an open
 * transaction satisfy, so a store does not know whether it runs inside one.
 */
import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { type Prisma, PrismaClient } from './generated/prisma/client.ts';
import { SCHEMA } from './schema.ts';

export type Database = PrismaClient;
export type Tx = Prisma.TransactionClient;

export { SCHEMA };

/** As long as the pool itself waits for a connection. */
const CONNECTION_WAIT_MS = 2_000;
/** As long as one statement may take: a change that waits for its organization's lock waits in one. */
const TRANSACTION_TIMEOUT_MS = 10_000;

/** A client over the service's pool, which the caller closes. Nothing connects before the first query. */
export function createDatabase(pool: pg.Pool): Database {
  return new PrismaClient({
    adapter: new PrismaPg(pool, { schema: SCHEMA }),
    transactionOptions: { maxWait: CONNECTION_WAIT_MS, timeout: TRANSACTION_TIMEOUT_MS },
  });
}
