/** When a request is sent again, and how long to wait before: decision 090. Bounded twice: for each call, and by a budget for the client. */

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 1_000;

/** Full jitter, so that the clients of a server that comes back do not come back together. `retry` counts from 0. */
export function waitBeforeRetry(
  retry: number,
  retryAfterMs: number | undefined,
  random = Math.random,
): number {
  const upTo = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** retry);
  return Math.max(random() * upTo, retryAfterMs ?? 0);
}

/** `Retry-After` in milliseconds, given as seconds or as a date; undefined when there is none that can be read. */
export function parseRetryAfter(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Without it an outage would see every client's load multiplied by its retries. */
export class RetryBudget {
  static readonly #FULL = 10;
  static readonly #FOR_A_SUCCESS = 0.1;
  #left = RetryBudget.#FULL;

  /** Whether a retry may be made; takes it from the budget. */
  take(): boolean {
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  succeeded(): void {
    this.#left = Math.min(RetryBudget.#FULL, this.#left + RetryBudget.#FOR_A_SUCCESS);
  }
}
