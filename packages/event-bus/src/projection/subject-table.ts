/**
 * What a reader remembers of each subject: the revision that it holds, the sequence at which it was last shown, and whether the
 * entity lives. Stored as one map and columns of numbers, since a million small objects would cost several times as much.
 */
const FIRST_CAPACITY = 1_024;

export class SubjectTable {
  readonly #slots = new Map<string, number>();
  readonly #free: number[] = [];
  #revisions = new Float64Array(FIRST_CAPACITY);
  #sequences = new Float64Array(FIRST_CAPACITY);
  #alive = new Uint8Array(FIRST_CAPACITY);
  #used = 0;

  get size(): number {
    return this.#slots.size;
  }

  /** The revision held, 0 for an unknown subject. */
  revision(subject: string): number {
    const slot = this.#slots.get(subject);
    return slot === undefined ? 0 : (this.#revisions[slot] ?? 0);
  }

  /** The sequence at which the subject was last shown in this epoch, 0 when it was not. */
  shownAt(subject: string): number {
    const slot = this.#slots.get(subject);
    return slot === undefined ? 0 : (this.#sequences[slot] ?? 0);
  }

  /** Notes a message about the subject. The revision never falls: a repeat or an older one only counts as shown. */
  note(subject: string, revision: number, sequence: number, alive: boolean): void {
    const slot = this.#slots.get(subject) ?? this.#allot(subject);
    this.#sequences[slot] = Math.max(this.#sequences[slot] ?? 0, sequence);
    if (revision < (this.#revisions[slot] ?? 0)) return;
    this.#revisions[slot] = revision;
    this.#alive[slot] = alive ? 1 : 0;
  }

  /** A new epoch begins: sequences of the old one mean nothing in it. */
  forgetSequences(): void {
    this.#sequences.fill(0);
  }

  /** Revisions of these subjects compare with nothing that comes from now on: the next one counts, whatever it is. */
  forgetRevisions(concerns: (subject: string) => boolean): void {
    for (const [subject, slot] of this.#slots) if (concerns(subject)) this.#revisions[slot] = 0;
  }

  /** The subjects and the revisions held of them. May be read while others are noted. */
  *held(concerns: (subject: string) => boolean): Iterable<{ subject: string; revision: number }> {
    for (const [subject, slot] of this.#slots) {
      const revision = this.#revisions[slot] ?? 0;
      if (revision > 0 && concerns(subject)) yield { subject, revision };
    }
  }

  /** Forgets subjects not shown above `sequence` and yields each, with whether its entity lived. */
  *dropNotShownAbove(
    sequence: number,
    concerns: (subject: string) => boolean,
  ): Iterable<{ subject: string; alive: boolean }> {
    for (const [subject, slot] of this.#slots) {
      if ((this.#sequences[slot] ?? 0) > sequence || !concerns(subject)) continue;
      const alive = this.#alive[slot] === 1;
      this.#slots.delete(subject);
      this.#free.push(slot);
      yield { subject, alive };
    }
  }

  #allot(subject: string): number {
    const slot = this.#free.pop() ?? this.#used++;
    if (slot >= this.#revisions.length) this.#grow();
    this.#revisions[slot] = 0;
    this.#sequences[slot] = 0;
    this.#slots.set(subject, slot);
    return slot;
  }

  #grow(): void {
    const capacity = Math.ceil(this.#revisions.length * 1.5);
    this.#revisions = copied(new Float64Array(capacity), this.#revisions);
    this.#sequences = copied(new Float64Array(capacity), this.#sequences);
    this.#alive = copied(new Uint8Array(capacity), this.#alive);
  }
}

function copied<A extends { set(from: A): void }>(to: A, from: A): A {
  to.set(from);
  return to;
}
