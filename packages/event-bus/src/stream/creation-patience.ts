/**
 * How long the creation of a consumer is waited for. A cluster may have placed it on a server that stands still, which never answers: then the
 * next attempt, which is placed anew, should come soon. A busy server may need long: then it must get the time at last. See
 * docs/decisions/184-endpoint-slices.md.
 */

/** Of a server that works: a consumer that starts at a sequence takes milliseconds. */
const FIRST_MS = 5_000;
/** "Last per subject" makes the server go through all subjects first: seconds for a million, more when it is busy. */
export const LONGEST_CREATION_MS = 120_000;

export class CreationPatience {
  readonly #shortAttempts: number;
  #ms = FIRST_MS;
  #inVain = 0;

  /** `shortAttempts`: how many have the first time before each further one has twice the time of the one before. */
  constructor(shortAttempts: number) {
    this.#shortAttempts = shortAttempts;
  }

  get ms(): number {
    return this.#ms;
  }

  /** An attempt that had `ms` was in vain. Several at once count once for the time, since all had the same. */
  failed(ms: number): void {
    this.#inVain += 1;
    if (this.#inVain >= this.#shortAttempts) this.#ms = Math.min(2 * ms, LONGEST_CREATION_MS);
  }

  succeeded(tookMs: number): void {
    this.#inVain = 0;
    this.#ms = Math.max(FIRST_MS, 2 * tookMs);
  }
}
