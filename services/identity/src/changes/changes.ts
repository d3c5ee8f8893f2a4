/** Opens changes for commands: one transaction each, published right after its commit. */
import type { Outbox } from '@px0/event-bus';
import type { Database, Tx } from '../database/db.ts';
import { Change } from './change.ts';

export class Changes {
  readonly #database: Database;
  readonly #outbox: Outbox;

  constructor(database: Database, outbox: Outbox) {
    this.#database = database;
    this.#outbox = outbox;
  }

  /** Runs `work` in one transaction: all of it commits, its events included, or nothing of it. */
  make<T>(work: (change: Change) => Promise<T>): Promise<T> {
    return this.#outbox.transaction(this.#database, (tx: Tx) => work(new Change(tx, this.#outbox)));
  }
}
