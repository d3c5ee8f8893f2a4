/**
 * The position that a reader of the state stream has reached, and the one that it may report. A pure state machine: it takes
 * note of deliveries and of answers, and says when the stream's leader must be asked for its last sequence.
 *
 * The invariant: whatever is reported, the reader has applied for every subject the newest message at or below that sequence, or
 * a newer one. A superseded message may be trimmed before a slow reader gets it, so a hole in the delivered sequences means
 * "something newer about an entity lies ahead": from then on the report stands still until the position has reached a last
 * sequence that was asked for after the hole.
 */

/** What the owner of the tracker must do next. */
export type NextStep = 'ask' | 'nothing';

export interface Tracker {
  /** The greatest sequence delivered. */
  readonly position: number;
  /** The greatest sequence that may be reported. Never above `position`. */
  readonly reported: number;
  /** False until the first read to the end of the stream is done. */
  readonly caughtUp: boolean;
  /** True while a question is wanted and none is under way, also after one that failed. */
  readonly wantsAnswer: boolean;
  delivered(sequence: number): NextStep;
  /** To be called when a question is sent: holes before this moment are covered by its answer. */
  asked(): void;
  answered(lastSequence: number): NextStep;
  failed(): void;
}

/**
 * A start reads only the last message of each subject, so its deliveries are full of holes. It ends when a last sequence asked
 * for after the consumer was created is reached, and then another one, asked for at that moment.
 */
const ROUNDS_OF_A_START = 2;
const ROUNDS_OF_A_HOLE = 1;

export class PositionTracker implements Tracker {
  #position: number;
  #reported: number;
  #caughtUp: boolean;
  /** Last sequences still to be reached before the report may rise again; 0 when it follows the position. */
  #rounds: number;
  #asking = false;
  #target: number | undefined;
  /** A hole since the last question was sent: its answer does not cover it. */
  #holeSinceAsked = false;

  /** Starts anew, or goes on from where an earlier reader came to. What that one held back is held back still. */
  constructor(resumed?: { readonly position: number; readonly reported: number }) {
    this.#position = resumed?.position ?? 0;
    this.#reported = resumed?.reported ?? 0;
    this.#caughtUp = resumed !== undefined;
    this.#rounds =
      resumed === undefined ? ROUNDS_OF_A_START : this.#reported < this.#position ? ROUNDS_OF_A_HOLE : 0;
  }

  get position(): number {
    return this.#position;
  }

  get reported(): number {
    return this.#reported;
  }

  get caughtUp(): boolean {
    return this.#caughtUp;
  }

  get wantsAnswer(): boolean {
    return this.#rounds > 0 && !this.#asking && this.#target === undefined;
  }

  delivered(sequence: number): NextStep {
    // A repeat: the entity's revision decides whether it is applied; the position stays.
    if (sequence <= this.#position) return 'nothing';
    const hole = sequence !== this.#position + 1;
    this.#position = sequence;
    if (hole) this.#sawHole();
    return this.#advance();
  }

  asked(): void {
    this.#asking = true;
    this.#holeSinceAsked = false;
  }

  answered(lastSequence: number): NextStep {
    this.#asking = false;
    this.#target = lastSequence;
    return this.#advance();
  }

  failed(): void {
    this.#asking = false;
  }

  #sawHole(): void {
    this.#holeSinceAsked = true;
    if (this.#rounds === 0) this.#rounds = ROUNDS_OF_A_HOLE;
  }

  #advance(): NextStep {
    if (this.#rounds > 0) this.#finishRound();
    if (this.#rounds === 0) this.#reported = this.#position;
    return this.wantsAnswer ? 'ask' : 'nothing';
  }

  #finishRound(): void {
    if (this.#target === undefined || this.#position < this.#target) return;
    this.#target = undefined;
    // A hole that opened after the question was sent may be explained only by what came after the answer: one more question.
    this.#rounds = Math.max(this.#rounds - 1, this.#holeSinceAsked ? ROUNDS_OF_A_HOLE : 0);
    if (this.#rounds === 0) this.#caughtUp = true;
  }
}
