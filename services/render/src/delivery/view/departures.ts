/** Which prompts have left which team, for who comes back: nothing else remembers what is not there any more. */

export interface Departure {
  readonly teamId: string;
  readonly promptId: string;
  readonly sequence: number;
}

/** The latest ones. Who has missed an older one finds it by the digest. */
const MOST = 10_000;

export class Departures {
  /** In the order of their sequences. */
  #latest: Departure[] = [];
  /** How many there were before the first of these. */
  #forgotten = 0;

  /** The number of the latest one. */
  get last(): number {
    return this.#forgotten + this.#latest.length;
  }

  add({ teamId, promptId, sequence }: Departure): void {
    this.#latest.push({ teamId, promptId, sequence: Math.max(sequence, this.#latest.at(-1)?.sequence ?? 0) });
    // Rarely, so that it costs little each time.
    if (this.#latest.length < 2 * MOST) return;
    this.#latest = this.#latest.slice(-MOST);
    this.#forgotten += MOST;
  }

  /** The number of the last one at or before a sequence. */
  ordinalAt(sequence: number): number {
    const later = this.#latest.findLastIndex((departure) => departure.sequence <= sequence) + 1;
    return this.#forgotten + later;
  }

  /** Those after the one with that number, from these teams; of `most` that are looked at. */
  after(ordinal: number, teamIds: ReadonlySet<string>, most = Number.POSITIVE_INFINITY): Departure[] {
    const from = Math.max(0, ordinal - this.#forgotten);
    return this.#latest.slice(from, from + most).filter(({ teamId }) => teamIds.has(teamId));
  }

  /** A new epoch begins: sequences of the old one mean nothing in it. */
  forget(): void {
    this.#forgotten = this.last;
    this.#latest = [];
  }
}
