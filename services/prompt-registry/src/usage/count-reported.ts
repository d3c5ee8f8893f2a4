/**
 * Counts reported windows: a turn for one owner, the next for another. An owner with many waits longer for its own, and nobody else does.
 * Replicas take turns of their own, and leave the windows alone that another one is counting.
 */
import type { PrivateWriter } from '@px0/owner';
import { countTurn, nextOwner } from './reported-store.ts';

export class CountReported {
  readonly #database: PrivateWriter;
  #latest = '';

  constructor(database: PrivateWriter) {
    this.#database = database;
  }

  /** One turn. Returns how many windows it counted: none when none wait, or another replica is counting them. */
  async turn(): Promise<number> {
    const owner = await nextOwner(this.#database, this.#latest);
    if (owner === undefined) return 0;
    // Before the work: an owner whose windows cannot be counted must not keep the turn.
    this.#latest = owner;
    return await countTurn(this.#database, owner);
  }
}
