/** Requests that wait for a reader to reach a sequence. Bounded, and cheap while the reader is still behind all of them. */
export type WaitOutcome = 'reached' | 'timeout' | 'full' | 'woken';

interface Waiter {
  readonly target: number;
  readonly end: (outcome: WaitOutcome) => void;
}

/** Each is a request that holds memory and a connection; beyond this, waiting makes matters worse. */
const MAX_WAITERS = 2_000;

export class Waiters {
  readonly #waiters = new Set<Waiter>();
  readonly #max: number;
  #lowest = Number.POSITIVE_INFINITY;

  constructor(max = MAX_WAITERS) {
    this.#max = max;
  }

  /** Waits until `advance` reaches the target, `wakeAll` is called, or the time is up. Refuses at once when too many wait. */
  wait(target: number, timeoutMs: number): Promise<WaitOutcome> {
    if (this.#waiters.size >= this.#max) return Promise.resolve('full');
    return new Promise((resolve) => {
      const timer = setTimeout(() => waiter.end('timeout'), timeoutMs);
      const waiter: Waiter = {
        target,
        end: (outcome) => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve(outcome);
        },
      };
      this.#waiters.add(waiter);
      this.#lowest = Math.min(this.#lowest, target);
    });
  }

  /** The reader has come to `reached`. */
  advance(reached: number): void {
    if (reached < this.#lowest) return;
    this.#lowest = Number.POSITIVE_INFINITY;
    for (const waiter of [...this.#waiters]) {
      if (waiter.target <= reached) waiter.end('reached');
      else this.#lowest = Math.min(this.#lowest, waiter.target);
    }
  }

  /** What they wait for has changed its meaning: each looks again. */
  wakeAll(): void {
    for (const waiter of [...this.#waiters]) waiter.end('woken');
    this.#lowest = Number.POSITIVE_INFINITY;
  }
}
