/**
 * Tells an application of changes: in order, one at a time, never while a frame is applied or a prompt is looked up. Of those that wait the latest thousand
 * are kept; `many` stands for the others.
 */
import type { Change } from './changes.ts';
import type { Clock } from './environment.ts';

/** A promise that it gives is waited for before the next change is told. */
export type ChangeListener = (change: Change) => unknown;

const MOST_WAITING = 1_000;
const MANY: Change = { slug: '*', promptId: null, teamId: null, kind: 'many', before: null, after: null };

export class ChangeFeed {
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #listeners = new Set<{ readonly slug: string; readonly tell: ChangeListener }>();
  #waiting: Change[] = [];
  /** Those before it are told or given up. */
  #first = 0;
  #hasGivenUp = false;
  #isTelling = false;

  /** `onError`: a listener has thrown, or its promise was rejected. */
  constructor(clock: Clock, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#onError = onError;
  }

  /** `*` listens to all. The result ends it. */
  listen(slug: string, tell: ChangeListener): () => void {
    const listener = { slug, tell };
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  push(change: Change): void {
    if (this.#listeners.size === 0) return;
    this.#waiting.push(change);
    if (this.#waiting.length - this.#first > MOST_WAITING) {
      this.#first += 1;
      this.#hasGivenUp = true;
      if (this.#first > MOST_WAITING) this.#shorten();
    }
    if (!this.#isTelling) void this.#tellAll();
  }

  async #tellAll(): Promise<void> {
    this.#isTelling = true;
    for (;;) {
      await this.#clock.turn();
      const change = this.#take();
      if (change === undefined) break;
      for (const { slug, tell } of [...this.#listeners]) {
        if (slug !== '*' && slug !== change.slug && change.slug !== '*') continue;
        try {
          await tell(change);
        } catch (error) {
          this.#onError(error);
        }
      }
    }
    this.#isTelling = false;
  }

  #take(): Change | undefined {
    if (this.#hasGivenUp) {
      this.#hasGivenUp = false;
      return MANY;
    }
    const change = this.#waiting[this.#first];
    this.#first += 1;
    if (this.#first >= this.#waiting.length) this.#shorten();
    return change;
  }

  #shorten(): void {
    this.#waiting = this.#waiting.slice(this.#first);
    this.#first = 0;
  }
}
