/**
 * Runs one task at a time per key. Writers of one prompt would wait for its row lock anyway, but each while holding a connection:
 * a burst on one prompt would take the whole pool away from all others.
 */
import { ApiError, TIMED_OUT, within } from '@px0/service-kit';

/** A caller that waits longer is refused: the database is away, or the prompt has more writers than it can take. */
const PATIENCE_MS = 10_000;
/** Each is a request with its body in memory. */
const MAX_WAITING = 2_000;

export class KeyedQueue {
  readonly #tails = new Map<string, Promise<void>>();
  readonly #maxWaiting: number;
  #waiting = 0;

  constructor(maxWaiting = MAX_WAITING) {
    this.#maxWaiting = maxWaiting;
  }

  /** Runs `work` after all earlier work for the key. @throws ApiError serviceUnavailable */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key);
    if (before !== undefined && this.#waiting >= this.#maxWaiting) throw tooMany();
    const turn = Promise.withResolvers<void>();
    this.#tails.set(key, turn.promise);
    try {
      if (before !== undefined) await this.#wait(before);
      return await work();
    } finally {
      // A caller that times out must not let later callers overtake earlier ones.
      void (before ?? Promise.resolve()).then(() => {
        if (this.#tails.get(key) === turn.promise) this.#tails.delete(key);
        turn.resolve();
      });
    }
  }

  async #wait(turn: Promise<void>): Promise<void> {
    this.#waiting += 1;
    try {
      if ((await within(turn, PATIENCE_MS)) === TIMED_OUT) throw tooMany();
    } finally {
      this.#waiting -= 1;
    }
  }
}

function tooMany(): ApiError {
  return new ApiError('serviceUnavailable', { message: 'too many writers of one prompt' });
}
