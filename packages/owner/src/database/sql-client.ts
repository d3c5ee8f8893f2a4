/**
 * SQL on a pool of connections: transactions and single statements. Uses `pg` directly, because an ORM that only passed SQL on
 * took a third of the processor time of a promotion.
 * See docs/decisions/164-sql-runs-on-pg.md.
 */
import type { Logger } from '@px0/service-kit';
import type pg from 'pg';
import { PreparedStatements } from './prepared.ts';

/** Runs statements with positional parameters. Row types are the caller's claim about its own SQL. */
export interface SqlRunner {
  query<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]>;
}

/** An open transaction. */
export interface SqlTransaction extends SqlRunner {
  /** Calls `follow` once the transaction has committed, and never when it has not. For wake-up calls: it must not throw. */
  afterCommit(follow: () => void): void;
}

/** What opens transactions, and runs statements outside of one. */
export interface SqlClient extends SqlRunner {
  /** Commits what `work` wrote, or nothing of it when it throws. */
  transaction<T>(work: (tx: SqlTransaction) => Promise<T>): Promise<T>;
}

export class PoolClient implements SqlClient {
  readonly #pool: pg.Pool;
  readonly #logger: Logger;
  readonly #admit: () => void;
  readonly #prepared = new PreparedStatements();

  /** `admit` is called before each transaction, and throws when none may begin. */
  constructor(pool: pg.Pool, logger: Logger, admit: () => void = () => undefined) {
    this.#pool = pool;
    this.#logger = logger;
    this.#admit = admit;
  }

  async query<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> {
    return (await this.#pool.query<Row>(text, [...values])).rows;
  }

  async transaction<T>(work: (tx: SqlTransaction) => Promise<T>): Promise<T> {
    const followers: (() => void)[] = [];
    const result = await this.#commit(work, followers);
    for (const follow of followers) follow();
    return result;
  }

  async #commit<T>(work: (tx: SqlTransaction) => Promise<T>, followers: (() => void)[]): Promise<T> {
    const connection = await this.#pool.connect();
    try {
      // After connecting: it may just have shown that this is another server.
      this.#admit();
    } catch (error) {
      connection.release();
      throw error;
    }
    // A connection that breaks between two statements emits here; without a listener the process would end.
    const onError = (error: Error) =>
      this.#logger.warn({ err: error }, 'a Postgres connection broke in a transaction');
    connection.on('error', onError);
    let broken: Error | undefined;
    try {
      await connection.query('BEGIN');
      const result = await work({
        query: async <Row extends object>(text: string, values: readonly unknown[]) =>
          (await connection.query<Row>(this.#prepared.of(text, values))).rows,
        afterCommit: (follow) => followers.push(follow),
      });
      await commit(connection);
      return result;
    } catch (error) {
      this.#prepared.renewAfter(error);
      broken = await rollback(connection);
      throw error;
    } finally {
      connection.off('error', onError);
      connection.release(broken);
    }
  }
}

/** Postgres answers the commit of a failed transaction with a rollback, and calls that a success. */
async function commit(connection: pg.PoolClient): Promise<void> {
  const { command } = await connection.query('COMMIT');
  if (command !== 'COMMIT')
    throw new Error('nothing was committed: a statement of the transaction had failed');
}

/** The error when the connection cannot be used any more. */
async function rollback(connection: pg.PoolClient): Promise<Error | undefined> {
  try {
    await connection.query('ROLLBACK');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
