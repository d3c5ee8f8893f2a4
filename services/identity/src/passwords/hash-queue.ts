/**
 * Limits concurrent hashing. Hashes run on libuv's four threads, which DNS and files need too, so hashing uses only two of them
 * and the queue is short: a storm of logins slows logins, then gets 503s, and affects nothing else. An operator who raises
 * `HASH_CONCURRENCY` must raise `UV_THREADPOOL_SIZE`, or DNS look-ups queue behind passwords.
 */
import { ApiError } from '@px0/service-kit';

export interface HashQueueOptions {
  /** Hashes that run at a time. */
  readonly concurrency: number;
  /** Requests that may wait for their turn. */
  readonly waiting: number;
}

/** `Retry-After` varies, so that clients refused together do not come back together. */
const RETRY_AFTER_SECONDS = { least: 1, spread: 2 };

export class HashQueue {
  readonly #options: HashQueueOptions;
  readonly #turns: (() => void)[] = [];
  #running = 0;
  /** Requests turned away so far. */
  refused = 0;

  constructor(options: HashQueueOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#turns.length;
  }

  get running(): number {
    return this.#running;
  }

  /** Runs `work` when it is its turn. @throws ApiError serviceUnavailable with Retry-After, at once, when too many wait */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.#turn();
    try {
      return await work();
    } finally {
      const next = this.#turns.shift();
      // The place goes straight to the next in line: a new request cannot take it in between.
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  #turn(): Promise<void> {
    if (this.#running < this.#options.concurrency) {
      this.#running += 1;
      return Promise.resolve();
    }
    if (this.#turns.length >= this.#options.waiting) {
      this.refused += 1;
      throw busy();
    }
    return new Promise((resolve) => this.#turns.push(resolve));
  }
}

function busy(): ApiError {
  const { least, spread } = RETRY_AFTER_SECONDS;
  const retryAfterSeconds = least + Math.round(Math.random() * spread);
  return new ApiError('serviceUnavailable', {
    retryAfterSeconds,
    message: 'too many passwords wait to be hashed',
  });
}
