/** Opens changes for commands: one transaction each, published right after its commit. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor } from '../authority/mod.ts';
import type { Database, Tx } from '../database.ts';
import { Change, type EventWriter } from './change.ts';

/**
 * A move of a team between its look-up and its lock can make two changes wait for each other; Postgres ends one of them, which
 * is then simply made again.
 */
const DEADLOCK = '40P01';
const ATTEMPTS = 4;
/** Lets the survivor have the lock that it was waiting for: made again at once, the change might take it first and end alike. */
const HEAD_START_MS = 20;

/** The outbox, as far as changes need it: it runs the transaction and publishes what it wrote. */
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

  /** Runs `work` in one transaction. It may run again after a deadlock, so it has no effect outside of the change. */
  async make<T>(actor: Actor, work: (change: Change) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#outbox.transaction(this.#database, (tx) =>
          work(new Change(tx, actor, this.#outbox)),
        );
      } catch (error) {
        if (attempt === ATTEMPTS || !isDeadlock(error)) throw error;
        await sleep(HEAD_START_MS * attempt);
      }
    }
  }
}

/** Prisma says it with a code of its own for its queries, and with Postgres's inside `meta` or `cause` for raw ones. */
function isDeadlock(error: unknown, depth = 0): boolean {
  if (depth > 5 || typeof error !== 'object' || error === null) return false;
  for (const field of ['code', 'originalCode']) {
    const code: unknown = Reflect.get(error, field);
    if (code === DEADLOCK || code === 'P2034') return true;
  }
  return ['meta', 'cause', 'driverAdapterError'].some((field) =>
    isDeadlock(Reflect.get(error, field), depth + 1),
  );
}
