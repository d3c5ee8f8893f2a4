/** Opens changes for commands: one transaction each, published right after its commit. */
import type { Database, Tx } from '../database/db.ts';
import { isDeadlock } from '../database/sql-state.ts';
import { Change, type EventWriter } from './change.ts';

const ATTEMPTS = 3;

/** The part of the outbox that opens transactions. */
export interface TransactionalOutbox extends EventWriter {
  transaction<T>(database: Database, work: (tx: Tx) => Promise<T>): Promise<T>;
}

export class Changes {
  readonly #database: Database;
  readonly #outbox: TransactionalOutbox;

  constructor(database: Database, outbox: TransactionalOutbox) {
    this.#database = database;
    this.#outbox = outbox;
  }

  /**
   * Runs `work` in one transaction: all of it commits, its events included, or nothing of it. It may run again after a deadlock, so it has
   * no effect outside of the change.
   */
  async make<T>(work: (change: Change) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#outbox.transaction(this.#database, (tx: Tx) => work(new Change(tx, this.#outbox)));
      } catch (error) {
        if (attempt === ATTEMPTS || !isDeadlock(error)) throw error;
      }
    }
  }
}
