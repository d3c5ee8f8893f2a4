/**
 * How far a relay has followed the px0 before it: revisions are the upstream's own. What the upstream has delivered is taken over as a whole once the
 * frames that came together are applied, so that nothing answers from the middle of them.
 */
import {
  compareEpochs,
  compareTokens,
  decodeToken,
  encodeToken,
  type FollowedState,
  type RevisionToken,
} from '@px0/event-bus';
import type { StreamPosition } from '../delivery/mod.ts';

/** What is known of the connection to the upstream. */
export interface Upstream {
  /** Whether what changes now would be heard. */
  readonly isFollowing: boolean;
  /** Whether it refuses the relay's key. */
  readonly isRefused: boolean;
  /** Whether there is anything to answer from, and it is young enough. */
  readonly isUsable: boolean;
}

export class UpstreamState implements FollowedState {
  readonly #upstream: Upstream;
  readonly #shownAt = new Map<string, number>();
  readonly #wakes = new Set<() => void>();
  #head: RevisionToken | undefined;
  #settled: RevisionToken | undefined;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  /**
   * The upstream has shown something. `head`: the latest revision that anything is from; `settled`: up to where everything is here. True when a new epoch
   * has begun.
   */
  advance(head: RevisionToken | undefined, settled: RevisionToken | undefined): boolean {
    if (head === undefined) return false;
    const before = this.#head;
    const isNewEpoch = before !== undefined && compareEpochs(before.epoch, head.epoch) !== 0;
    if (isNewEpoch) {
      this.#shownAt.clear();
      this.#settled = undefined;
    }
    if (before === undefined || isNewEpoch || compareTokens(head, before) > 0) this.#head = head;
    if (settled?.epoch === head.epoch) {
      const isLater = this.#settled === undefined || compareTokens(settled, this.#settled) > 0;
      if (isLater) this.#settled = settled;
    }
    return isNewEpoch;
  }

  /** A prompt has been shown, with everything that came together with it. */
  show(promptId: string): void {
    this.#shownAt.set(promptId, this.#head?.sequence ?? 0);
  }

  forget(promptId: string): void {
    this.#shownAt.delete(promptId);
  }

  /** Whoever waits looks again. */
  wake(): void {
    for (const wake of [...this.#wakes]) wake();
  }

  get ready(): boolean {
    return this.#upstream.isRefused || this.#upstream.isUsable;
  }

  /** A refusal is known for certain, so nothing about it is stale. */
  get connected(): boolean {
    return this.#upstream.isRefused || this.#upstream.isFollowing;
  }

  get epoch(): { readonly epoch: string } | undefined {
    if (this.#head !== undefined) return this.#head;
    // Without a revision nobody would take the refusal for one of px0.
    return this.#upstream.isRefused ? BEGINNING : undefined;
  }

  get reported(): number {
    return this.#settled?.sequence ?? 0;
  }

  get position(): number {
    return this.#head?.sequence ?? 0;
  }

  get settledInEpoch(): boolean {
    return this.#settled !== undefined;
  }

  token(): string | undefined {
    const { epoch } = this;
    return epoch && encodeToken({ epoch: epoch.epoch, sequence: this.reported });
  }

  async readyWithin(timeoutMs: number): Promise<boolean> {
    return this.#until(() => this.ready, timeoutMs);
  }

  async waitFor(
    token: string | RevisionToken,
    timeoutMs: number,
  ): Promise<'reached' | 'timeout' | 'vain' | 'foreign'> {
    const asked = typeof token === 'string' ? decodeToken(token) : token;
    if (asked === undefined) return 'foreign';
    if (this.#covers(asked)) return 'reached';
    if (!this.connected) return 'vain';
    return (await this.#until(() => this.#covers(asked), timeoutMs)) ? 'reached' : 'timeout';
  }

  async waitUntil(isTrue: () => boolean, { timeoutMs }: { readonly timeoutMs: number }): Promise<boolean> {
    return isTrue() || (this.connected && this.#until(isTrue, timeoutMs));
  }

  /** There is nobody to ask: what the upstream has shown is what it has, as long as it is heard. */
  async confirmPosition(decidedAt: number = this.reported): Promise<'moved' | 'unchanged' | 'unknown'> {
    if (!this.connected) return 'unknown';
    return this.reported > decidedAt ? 'moved' : 'unchanged';
  }

  /** The same, as delivery asks. */
  asPosition(): StreamPosition {
    const state = this;
    return {
      get epoch() {
        return state.epoch?.epoch;
      },
      get position() {
        return state.position;
      },
      get reported() {
        return state.reported;
      },
      get connected() {
        return state.connected;
      },
      get settledInEpoch() {
        return state.settledInEpoch;
      },
      // Contents are compared by the objects that were delivered.
      comparesSince: '',
      shownAt: (promptId) => state.#shownAt.get(promptId) ?? 0,
      waitFor: async (token, timeoutMs) => (await state.waitFor(token, timeoutMs)) === 'reached',
    };
  }

  /** All that an earlier epoch covered is in what the upstream has shown whole since, as a projection has it. */
  #covers(token: RevisionToken): boolean {
    return this.#settled !== undefined && compareTokens(token, this.#settled) <= 0;
  }

  async #until(isTrue: () => boolean, timeoutMs: number): Promise<boolean> {
    if (isTrue() || timeoutMs <= 0) return isTrue();
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#wakes.delete(look);
        resolve();
      };
      const look = (): void => {
        if (isTrue()) end();
      };
      const timer = setTimeout(end, timeoutMs);
      this.#wakes.add(look);
    });
    return isTrue();
  }
}

const BEGINNING = { epoch: '0' } as const;
