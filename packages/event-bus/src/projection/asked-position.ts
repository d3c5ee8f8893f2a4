/**
 * A reader's position, the questions that are asked about the stream, repeated when one fails, and where the next reader must start.
 * Shared by projections and sagas.
 */
import type { ReadFrom } from '../stream/continuity.ts';
import type { NextRead } from '../stream/stream-reader.ts';
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
  /** Counts readers. */
  #reading = 0;
  /** The last sequence that the present reader has to come to; undefined until it is known. */
  #goal: number | undefined;
  #mustReadEverything = false;

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

  /** Nothing is held back, and nothing is known to lie ahead. */
  get followsPosition(): boolean {
    return this.caughtUp && this.reported === this.position && this.#reachedGoal;
  }

  /**
   * Where the next reader starts so that nothing is missed. A first read that was interrupted begins again: its position says
   * nothing about the subjects that it had not come to.
   */
  get from(): ReadFrom {
    const goesOn = this.position > 0 && this.caughtUp && !this.#mustReadEverything;
    return goesOn ? { sequence: this.position + 1 } : 'last-per-subject';
  }

  /** Another stream, or another place in it: answers to earlier questions are about the old one. */
  restart(tracker: Tracker): void {
    this.#tracker = tracker;
    this.#goal = undefined;
  }

  /** The reader ended. `everything` holds until a reader has come to the stream's end. */
  ended(next: NextRead | undefined): void {
    this.#reading += 1;
    this.#goal = undefined;
    if (next === 'everything') this.#mustReadEverything = true;
  }

  delivered(sequence: number): void {
    this.#after(this.#tracker.delivered(sequence));
  }

  /**
   * To be called when a reader's consumer exists: asks where the stream ends, which the reader has to come to, and with it what a
   * question that failed, or that was never sent, left open.
   */
  resume(): void {
    this.#reading += 1;
    this.#goal = undefined;
    this.#ask();
  }

  /** The stream was seen to reach this far. Ignored until the question of `resume` is answered. */
  expect(lastSequence: number): void {
    if (this.#goal !== undefined) this.#goal = Math.max(this.#goal, lastSequence);
  }

  get #reachedGoal(): boolean {
    return this.#goal !== undefined && this.position >= this.#goal;
  }

  #after(step: NextStep): void {
    if (this.#reachedGoal) this.#mustReadEverything = false;
    if (step === 'ask') this.#ask();
    this.#options.onStep();
  }

  #ask(): void {
    const tracker = this.#tracker;
    const reading = this.#reading;
    const ofTracker = tracker.wantsAnswer;
    if (ofTracker) tracker.asked();
    this.#options.lastSequence().then(
      (last) => {
        if (tracker !== this.#tracker) return;
        // An answer to what was asked before the consumer existed is no goal for what it reads.
        if (reading === this.#reading) this.#goal = Math.max(this.#goal ?? 0, last);
        this.#after(ofTracker ? tracker.answered(last) : 'nothing');
      },
      () => {
        if (ofTracker) tracker.failed();
        setTimeout(() => this.#askAgain(tracker), this.#options.retryMs).unref();
      },
    );
  }

  #askAgain(tracker: Tracker): void {
    if (tracker !== this.#tracker || !this.#options.mayAsk()) return;
    if (tracker.wantsAnswer || this.#goal === undefined) this.#ask();
  }
}
