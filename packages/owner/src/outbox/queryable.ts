/** The part of `pg.Pool` that the outbox and the sagas use outside of the callers' transactions. */
export interface Queryable {
  query<R extends object>(
    sql: string,
    values?: unknown[],
  ): Promise<{ readonly rows: R[]; readonly rowCount: number | null }>;
}
