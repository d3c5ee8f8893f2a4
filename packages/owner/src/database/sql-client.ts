/**
 * SQL on a pool of connections: transactions and single statements. Uses `pg` directly, because an ORM that only passed SQL on
 * took a third of the processor time of a promotion.
 * See docs/decisions/164-sql-runs-on-pg.md and docs/decisions/229-pipelined-statements.md.
 */
import type { Logger } from '@px0/service-kit';
import type pg from 'pg';
import { PreparedStatements } from './prepared.ts';
import { isOfFailedTransaction } from './sql-state.ts';

/** Runs statements with positional parameters. Row types are the caller's claim about its own SQL. */
export interface SqlRunner {
  query<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]>;
}

/** An open transaction. */
export interface SqlTransaction extends SqlRunner {
  /**
   * Sends a statement whose answer the work need not wait for: it goes to the server in its turn, in one packet with the next one. The commit
   * waits for it; what fails in it fails the transaction with that error. `answered` is called before the transaction returns.
   */
  send<Row extends object>(
    text: string,
    values: readonly unknown[],
    answered?: (rows: readonly Row[]) => void,
  ): void;
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
    const transaction = new OpenTransaction(connection, this.#prepared, followers);
    let broken: Error | undefined;
    try {
      transaction.begin();
      const result = await work(transaction);
      await transaction.commit();
      return result;
    } catch (error) {
      broken = await transaction.rollback();
      const cause = await transaction.causeOf(error);
      this.#prepared.renewAfter(cause);
      throw cause;
    } finally {
      connection.off('error', onError);
      connection.release(broken);
    }
  }
}

/** A transaction on a connection whose statements are pipelined: the server runs them in the order in which they are sent. */
class OpenTransaction implements SqlTransaction {
  readonly #connection: pg.PoolClient;
  readonly #prepared: PreparedStatements;
  readonly #followers: (() => void)[];
  /** The statements that nobody has waited for. */
  readonly #sent: Promise<unknown>[] = [];
  #isHeldBack = false;

  constructor(connection: pg.PoolClient, prepared: PreparedStatements, followers: (() => void)[]) {
    this.#connection = connection;
    this.#prepared = prepared;
    this.#followers = followers;
  }

  begin(): void {
    this.#later(() => this.#connection.query('BEGIN'));
  }

  async query<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> {
    const statement = this.#prepared.of(text, values);
    return (await this.#now(() => this.#connection.query<Row>(statement))).rows;
  }

  send<Row extends object>(
    text: string,
    values: readonly unknown[],
    answered: (rows: readonly Row[]) => void = () => undefined,
  ): void {
    const statement = this.#prepared.of(text, values);
    this.#later(() => this.#connection.query<Row>(statement).then(({ rows }) => answered(rows)));
  }

  afterCommit(follow: () => void): void {
    this.#followers.push(follow);
  }

  async commit(): Promise<void> {
    const committing = this.#now(() => this.#connection.query('COMMIT'));
    const [end] = await Promise.all([committing, ...this.#sent]);
    // Postgres answers the commit of a failed transaction with a rollback, and calls that a success.
    if (end.command !== 'COMMIT')
      throw new Error('nothing was committed: a statement of the transaction had failed');
  }

  /** The error when the connection cannot be used any more. */
  async rollback(): Promise<Error | undefined> {
    try {
      await this.#now(() => this.#connection.query('ROLLBACK'));
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** What a statement that nobody waited for had failed with, where `error` only says that one had. Call it after the end. */
  async causeOf(error: unknown): Promise<unknown> {
    if (!isOfFailedTransaction(error)) return error;
    const outcomes = await Promise.allSettled(this.#sent);
    return outcomes.find((outcome) => outcome.status === 'rejected')?.reason ?? error;
  }

  /** Sends what was held back, and this. */
  #now<T>(send: () => Promise<T>): Promise<T> {
    const answer = send();
    if (this.#isHeldBack) this.#connection.connection.stream.uncork();
    this.#isHeldBack = false;
    return answer;
  }

  #later(send: () => Promise<unknown>): void {
    if (!this.#isHeldBack) this.#connection.connection.stream.cork();
    this.#isHeldBack = true;
    const answer = send();
    // It is looked at when the transaction ends.
    answer.catch(() => undefined);
    this.#sent.push(answer);
  }
}
