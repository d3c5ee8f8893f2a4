/**
 * Whether what a consumer delivers can be all that the stream holds. A pure state machine: it takes note of deliveries, heartbeats and
 * last sequences, and says what the stream's leader must be asked. Its reason: a server may skip messages without a trace. nats-server
 * 2.9.22 to 2.9.25 jumps to the end of a stream of more than 32 blocks as soon as the next sequence lies between two blocks.
 * See docs/decisions/186-no-reader-misses-a-message.md.
 */

/** Where reading starts: with the last message of each subject, or with every message from a sequence on. */
export type ReadFrom = 'last-per-subject' | { readonly sequence: number };

/** Sequences that were not delivered. What was there must be gone by now: trimmed, because something newer came. */
export interface Hole {
  readonly from: number;
  /** The sequence that was delivered instead. */
  readonly before: number;
}

/** Each costs a question, one after the other. Whoever meets more of them reads the last message of each subject in less time. */
const MOST_HOLES = 64;
/** Heartbeats of an idle consumer after which what it has not delivered is not on its way any more. */
const IDLE_HEARTBEATS = 2;

export class Continuity {
  readonly #wholeRead: boolean;
  #delivered: number;
  /** The holes of a read by subject end here: it goes on with every message from where the stream ended when it began. */
  #explainedTo = 0;
  #goal = 0;
  #holes = 0;
  #heartbeats = 0;

  constructor(from: ReadFrom) {
    this.#wholeRead = from === 'last-per-subject';
    this.#delivered = from === 'last-per-subject' ? 0 : from.sequence - 1;
  }

  /** The last sequence that a reader must come to, as far as it is known. */
  get goal(): number {
    return this.#goal;
  }

  /** More holes than are worth asking about. A read by subject has no cheaper way, and asks about each. */
  get hasTooManyHoles(): boolean {
    return !this.#wholeRead && this.#holes > MOST_HOLES;
  }

  /** To be called before the first delivery, with the stream's last sequence, asked after the consumer was created. */
  opened(lastSequence: number): void {
    if (this.#wholeRead) this.#explainedTo = lastSequence;
    this.expect(lastSequence);
  }

  /** The stream reached at least as far when this was asked. */
  expect(lastSequence: number): void {
    if (lastSequence <= this.#goal) return;
    this.#goal = lastSequence;
    this.#heartbeats = 0;
  }

  /** The hole that must be explained before this delivery, and all after it, may be believed. */
  delivered(sequence: number): Hole | undefined {
    this.#heartbeats = 0;
    // A repeat: servers deliver a message of a read by subject again when they go on with every message.
    if (sequence <= this.#delivered) return undefined;
    const from = Math.max(this.#delivered, this.#explainedTo) + 1;
    this.#delivered = sequence;
    if (from >= sequence) return undefined;
    this.#holes += 1;
    return { from, before: sequence };
  }

  /** An idle consumer's heartbeat: true when what is missing up to the goal should have come by now. */
  heartbeat(): boolean {
    if (this.#delivered >= this.#goal) return false;
    this.#heartbeats += 1;
    return this.#heartbeats >= IDLE_HEARTBEATS;
  }

  /** Whether a consumer that stands still has missed something, given the stream's end at this moment. */
  hasStalledBefore(end: { readonly lastSequence: number; readonly exists: boolean }): boolean {
    if (this.#delivered >= end.lastSequence || this.#heartbeats < IDLE_HEARTBEATS) return false;
    if (end.lastSequence > this.#goal) {
      this.expect(end.lastSequence);
      return false;
    }
    // A message that was purged from the stream's end will not come, and is not missed.
    if (!end.exists) this.#goal = this.#delivered;
    return end.exists;
  }
}

/**
 * Whether a hole is one that trimming made: nothing lies in it, and the leader sees what was delivered, or something later. One that
 * finds nothing at all contradicts the delivery, and is believed as little.
 */
export function isExplained(hole: Hole, firstFound: number | undefined): boolean {
  return firstFound !== undefined && firstFound >= hole.before;
}
