/**
 * What stores see of the database: raw, parameterised SQL on the client or on a transaction. A store never opens a transaction; a
 * command does, through `Transactions`, which commits the outbox rows with the change.
 */
import type { Outbox } from '@px0/event-bus';
import type { Prisma, PrismaClient } from '../generated/prisma/client.ts';

/** Reads and single statements: the client itself or a transaction. */
export type Db = Pick<PrismaClient, '$queryRaw' | '$executeRaw'>;

/** An open transaction. What commits with the outbox asks for this type, so it cannot be called outside of one. */
export type Tx = Prisma.TransactionClient;

export interface Transactions {
  /** Commits what `work` wrote, its outbox rows included, or none of it. */
  run<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

/** A write waits for a connection, then for the prompt's lock, before it works: all of this fits a burst on one prompt. */
const TRANSACTION_LIMITS = { maxWait: 5_000, timeout: 15_000 } as const;

export function transactionsOn(prisma: PrismaClient, outbox: Outbox): Transactions {
  return { run: (work) => outbox.transaction(prisma, work, TRANSACTION_LIMITS) };
}

/** The only row of a query that returns one by construction. @throws Error when it returned none */
export function onlyRow<T>(rows: readonly T[]): T {
  const row = rows[0];
  if (row === undefined) throw new Error('a statement that returns one row returned none');
  return row;
}

const NESTING_LIMIT = 5;

/** The SQLSTATE of a failed statement, however deep Prisma wrapped it. */
export function sqlState(error: unknown, depth = 0): string | undefined {
  if (depth > NESTING_LIMIT || typeof error !== 'object' || error === null) return undefined;
  for (const field of ['originalCode', 'code']) {
    const value: unknown = Reflect.get(error, field);
    if (typeof value === 'string' && /^[0-9A-Z]{5}$/.test(value) && !value.startsWith('P2')) return value;
  }
  for (const field of ['cause', 'meta', 'driverAdapterError']) {
    const found = sqlState(Reflect.get(error, field), depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
