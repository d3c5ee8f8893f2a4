/** When to connect next. A fleet that lost its connections together must not come back together. */
import type { RetryRange } from '../frames/frame.ts';

/** A number from 0 to 1, the latter excluded. */
export type Random = () => number;

const FIRST_MS = 1_000;
const MOST_MS = 30_000;
/** A stream that lived so long was a good one: what ended it is no sign of trouble. */
const GOOD_STREAM_MS = 10_000;
const FIRST_OF_REFUSED_MS = 30_000;
const MOST_OF_REFUSED_MS = 600_000;

/** How long another installation must have answered before its revisions count. */
export const OTHER_EPOCH_MS = 600_000;
/** How long after its headers a stream must say hello, and how often it may fail to before polling begins. */
export const HELLO_MS = 10_000;
export const MOST_SILENT_STREAMS = 3;
/** How long polling stands in for a stream that does not get through, and how long a refused audience is not asked for. */
export const LONG_PAUSE_MS = 600_000;

export class ReconnectPolicy {
  readonly #random: Random;
  #failures = 0;
  #refusals = 0;
  /** Since the last good stream. */
  #hasRepaired = false;

  constructor(random: Random) {
    this.#random = random;
  }

  /** After a connection that failed or broke. */
  afterBreak({
    livedMs,
    retryMs,
    retryAfterMs = 0,
  }: {
    /** From its hello on; 0 for one without. */
    readonly livedMs: number;
    readonly retryMs: RetryRange;
    readonly retryAfterMs?: number;
  }): number {
    if (livedMs >= GOOD_STREAM_MS) {
      this.#failures = 0;
      this.#hasRepaired = false;
      return Math.max(this.within(retryMs), retryAfterMs);
    }
    const most = Math.min(FIRST_MS * 2 ** this.#failures, MOST_MS);
    this.#failures += 1;
    return Math.max(this.#random() * most, retryAfterMs);
  }

  /** What was delivered did not add up. px0 is there, so the first time is not made to wait for the failures before. */
  repairs(): void {
    if (!this.#hasRepaired) this.#failures = 0;
    this.#hasRepaired = true;
  }

  /** After a refusal, or an answer that says that nothing is delivered there. */
  afterRefusal(): number {
    const wait = Math.min(FIRST_OF_REFUSED_MS * 2 ** this.#refusals, MOST_OF_REFUSED_MS);
    this.#refusals += 1;
    return this.spread(wait);
  }

  /** At random within a range that px0 has named. */
  within([least, most]: RetryRange): number {
    return least + this.#random() * (most - least);
  }

  /** ± 10 %, so that processes that started together do not come back together. */
  spread(ms: number): number {
    return ms * (0.9 + 0.2 * this.#random());
  }

  /** px0 has delivered: what went wrong before is over. */
  delivered(): void {
    this.#refusals = 0;
  }

  /** The same for a poll, which cannot live long. */
  polled(): void {
    this.#failures = 0;
    this.#hasRepaired = false;
    this.#refusals = 0;
  }
}
