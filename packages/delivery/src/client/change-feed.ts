/** Tells an application of changes: in order, one at a time, never while a frame is applied or a prompt is looked up. */
import type { Change } from './changes.ts';
import type { Clock } from './environment.ts';

export type ChangeListener = (change: Change) => void;

const MOST_WAITING = 1_000;
const MANY: Change = { slug: '*', promptId: null, teamId: null, kind: 'many', before: null, after: null };

export class ChangeFeed {
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #listeners = new Set<{ readonly slug: string; readonly tell: ChangeListener }>();
  #waiting: Change[] = [];
  #isTelling = false;

  /** `onError`: a listener has thrown. */
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
    // Half at a time, because taking one from the front of a long list costs as much as taking many.
    if (this.#waiting.length > MOST_WAITING)
      this.#waiting = [MANY, ...this.#waiting.slice(MOST_WAITING / 2 + 1)];
    if (!this.#isTelling) void this.#tellAll();
  }

  async #tellAll(): Promise<void> {
    this.#isTelling = true;
    for (;;) {
      await this.#clock.turn();
      const change = this.#waiting.shift();
      if (change === undefined) break;
      for (const { slug, tell } of [...this.#listeners]) {
        if (slug !== '*' && slug !== change.slug && change.slug !== '*') continue;
        try {
          tell(change);
        } catch (error) {
          this.#onError(error);
        }
      }
    }
    this.#isTelling = false;
  }
}
