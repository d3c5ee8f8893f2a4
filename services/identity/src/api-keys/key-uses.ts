/** When each key was last used, collected in memory and written every few seconds, so that no request waits for it. */
import type { ApiKeyId } from '@px0/contracts';
import type { PrivateWriter } from '@px0/owner';
import { noteUses } from './store.ts';

export class KeyUses {
  readonly #database: PrivateWriter;
  #uses = new Map<ApiKeyId, number>();
  #writing: Promise<void> = Promise.resolve();

  constructor(database: PrivateWriter) {
    this.#database = database;
  }

  /** `usedAt` is in milliseconds since the epoch. */
  note(keyId: ApiKeyId, usedAt: number): void {
    if (usedAt > (this.#uses.get(keyId) ?? 0)) this.#uses.set(keyId, usedAt);
  }

  /**
   * Writes down what was gathered up to now; what cannot be written is kept. One write at a time: a caller that acknowledges messages
   * afterwards must not overtake the write that another caller began.
   */
  flush(): Promise<void> {
    const written = this.#writing.then(() => this.#write());
    this.#writing = written.catch(() => undefined);
    return written;
  }

  async #write(): Promise<void> {
    if (this.#uses.size === 0) return;
    const uses = this.#uses;
    this.#uses = new Map();
    try {
      await noteUses(
        this.#database,
        Array.from(uses, ([keyId, time]) => ({ keyId, lastUsedAt: new Date(time) })),
      );
    } catch (error) {
      for (const [keyId, time] of uses) this.note(keyId, time);
      throw error;
    }
  }
}
