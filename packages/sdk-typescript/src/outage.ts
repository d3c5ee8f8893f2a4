/**
 * Whether px0 is away. After some calls in a row found it so, a pause begins, in which nobody waits for what will not come; when it is over one
 * probe at a time finds out whether px0 is back.
 */
import type { UnreachableError } from './errors.ts';

const FAILURES_BEFORE_PAUSE = 3;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;
/** A server may ask for more than the longest pause, but not for being forgotten. */
const LONGEST_ASKED_MS = 30_000;
/** Where a request's work ends with the request, a probe may never settle. */
const LOST_PROBE_AFTER_MS = 60_000;

export class Outage {
  readonly #random: () => number;
  #failures = 0;
  #pauseMs = 0;
  #until = 0;
  #probingSince: number | undefined;
  #cause: UnreachableError | undefined;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Why px0 is not asked at present; undefined when it is. */
  get cause(): UnreachableError | undefined {
    return this.#pauseMs === 0 ? undefined : this.#cause;
  }

  /** px0 has answered, be it with a refusal. */
  answered(): void {
    this.#failures = 0;
    this.#pauseMs = 0;
    this.#cause = undefined;
  }

  /** A call has found px0 unreachable. */
  found(error: UnreachableError): void {
    this.#failures += 1;
    this.#cause = error;
    if (this.#failures < FAILURES_BEFORE_PAUSE || (this.#pauseMs > 0 && this.#isPausing())) return;
    this.#pauseMs = this.#pauseMs === 0 ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
    const jittered = this.#pauseMs * (0.5 + this.#random() / 2);
    this.#until = Date.now() + Math.max(jittered, Math.min(LONGEST_ASKED_MS, error.retryAfterMs ?? 0));
  }

  /** Runs `probe` in the caller's stead if one is due; the promise is of no interest but to those who wait for all work to end. */
  probe(probe: () => Promise<unknown>): Promise<unknown> | undefined {
    const since = Date.now();
    const isProbing =
      this.#probingSince !== undefined && Math.abs(since - this.#probingSince) < LOST_PROBE_AFTER_MS;
    if (isProbing || this.#isPausing()) return undefined;
    this.#probingSince = since;
    return probe().finally(() => {
      if (this.#probingSince === since) this.#probingSince = undefined;
    });
  }

  /** A clock that was set back must not make a pause longer. */
  #isPausing(): boolean {
    const left = this.#until - Date.now();
    return left > 0 && left <= LONGEST_ASKED_MS;
  }
}
