/**
 * Waits for a token no longer than necessary: not at all when it is satisfied or waiting would be in vain, otherwise until it is
 * reached or the time is up.
 */

import { compareEpochs, type RevisionToken } from '../revisions/token.ts';
import type { EpochMark } from './epoch.ts';
import type { Waiters } from './waiters.ts';

export type TokenWaitOutcome = 'reached' | 'timeout' | 'vain' | 'foreign';

/** The part of a reader that tokens are compared with. */
export interface TokenReader {
  readonly epoch: EpochMark | undefined;
  readonly reported: number;
  readonly connected: boolean;
  readonly settledInEpoch: boolean;
}

type Comparison = 'reached' | 'behind' | 'foreign';

export class TokenWait {
  readonly #reader: TokenReader;
  readonly #waiters: Waiters;
  /** A wait for this sequence, at that report, brought nothing. */
  #timedOut: { readonly target: number; readonly reported: number } | undefined;

  constructor(reader: TokenReader, waiters: Waiters) {
    this.#reader = reader;
    this.#waiters = waiters;
  }

  async wait(token: RevisionToken, timeoutMs: number): Promise<TokenWaitOutcome> {
    const deadline = performance.now() + timeoutMs;
    while (true) {
      const comparison = this.#compare(token);
      if (comparison === 'reached') return 'reached';
      const target = comparison === 'behind' ? token.sequence : Number.POSITIVE_INFINITY;
      if (this.#isVain(target)) return 'vain';
      const outcome = await this.#waiters.wait(target, Math.max(0, deadline - performance.now()));
      if (outcome === 'full') return 'vain';
      if (outcome === 'timeout') return this.#gaveUp(target, comparison);
    }
  }

  #compare({ epoch, sequence }: RevisionToken): Comparison {
    const mark = this.#reader.epoch;
    const order = mark === undefined ? 1 : compareEpochs(epoch, mark.epoch);
    if (order === 0) return this.#reader.reported >= sequence ? 'reached' : 'behind';
    // All that an earlier epoch covered was committed, and a context is complete only when it has shown all that is committed.
    if (order < 0) return this.#reader.settledInEpoch ? 'reached' : 'foreign';
    return 'foreign';
  }

  /**
   * NATS is away, or another caller has just waited in vain for this much or less. Only then: a token that will never be reached must
   * not keep others from waiting for the next event.
   */
  #isVain(target: number): boolean {
    if (!this.#reader.connected) return true;
    const last = this.#timedOut;
    return last !== undefined && last.reported === this.#reader.reported && target >= last.target;
  }

  #gaveUp(target: number, comparison: Comparison): TokenWaitOutcome {
    this.#timedOut = { target, reported: this.#reader.reported };
    return comparison === 'foreign' ? 'foreign' : 'timeout';
  }
}
