/** The two ways in which this package speaks SQL: inside a caller's Prisma transaction, and on the service's own pool. */

/** A Prisma transaction client, structurally. Row types are the caller's claim about its own SQL. */
export interface SqlTransaction {
  $queryRawUnsafe<T = unknown>(sql: string, ...values: unknown[]): Promise<T>;
  $executeRawUnsafe(sql: string, ...values: unknown[]): Promise<number>;
}

/** What runs transactions: a Prisma client, structurally. */
export interface TransactionRunner<Tx, Options = unknown> {
  $transaction<T>(work: (tx: Tx) => Promise<T>, options?: Options): Promise<T>;
}

/** The part of `pg.Pool` that is used. */
export interface Queryable {
  query<R extends object>(
    sql: string,
    values?: unknown[],
  ): Promise<{ readonly rows: R[]; readonly rowCount: number | null }>;
}
