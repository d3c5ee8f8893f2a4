/**
 * A reader's position, and the questions that its tracker wants asked about the stream: one at a time, repeated when one fails.
 * Shared by projections and sagas.
 */
import { type NextStep, PositionTracker, type Tracker } from './position-tracker.ts';

export interface AskedPositionOptions {
  /** Asks the stream's leader for its last sequence, by a question sent after the call. */
  readonly lastSequence: () => Promise<number>;
  /** Called after every step: the report may have risen. */
  readonly onStep: () => void;
  /** Whether a question that failed may be asked again now. When not, `resume` will. */
  readonly mayAsk: () => boolean;
  readonly retryMs: number;
}

export class AskedPosition {
  readonly #options: AskedPositionOptions;
  #tracker: Tracker = new PositionTracker();

  constructor(options: AskedPositionOptions) {
    this.#options = options;
  }

  /** The greatest sequence delivered. */
  get position(): number {
    return this.#tracker.position;
  }

  /** The greatest sequence that may be reported. */
  get reported(): number {
    return this.#tracker.reported;
  }

  get caughtUp(): boolean {
    return this.#tracker.caughtUp;
  }

  /** Nothing is held back. */
  get followsPosition(): boolean {
    return this.caughtUp && this.reported === this.position;
  }

  /** Another stream, or another place in it: answers to earlier questions are about the old one. */
  restart(tracker: Tracker): void {
    this.#tracker = tracker;
  }

  delivered(sequence: number): void {
    this.#after(this.#tracker.delivered(sequence));
  }

  /** To be called when reading begins: asks what a question that failed, or that was never sent, left open. */
  resume(): void {
    if (this.#tracker.wantsAnswer) this.#ask();
  }

  #after(step: NextStep): void {
    if (step === 'ask') this.#ask();
    this.#options.onStep();
  }

  #ask(): void {
    const tracker = this.#tracker;
    tracker.asked();
    this.#options.lastSequence().then(
      (last) => {
        if (tracker === this.#tracker) this.#after(tracker.answered(last));
      },
      () => {
        tracker.failed();
        setTimeout(() => this.#askAgain(tracker), this.#options.retryMs).unref();
      },
    );
  }

  #askAgain(tracker: Tracker): void {
    if (tracker === this.#tracker && tracker.wantsAnswer && this.#options.mayAsk()) this.#ask();
  }
}
