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

  add({ teamId, promptId, sequence }: Departure): void {
    this.#latest.push({ teamId, promptId, sequence: Math.max(sequence, this.#latest.at(-1)?.sequence ?? 0) });
    // Rarely, so that it costs little each time.
    if (this.#latest.length >= 2 * MOST) this.#latest = this.#latest.slice(-MOST);
  }

  /** Those later than a sequence, from these teams. */
  since(sequence: number, teamIds: ReadonlySet<string>): Departure[] {
    const found: Departure[] = [];
    for (let place = this.#latest.length - 1; place >= 0; place -= 1) {
      const departure = this.#latest[place];
      if (departure === undefined || departure.sequence <= sequence) break;
      if (teamIds.has(departure.teamId)) found.push(departure);
    }
    return found.reverse();
  }

  clear(): void {
    this.#latest = [];
  }
}
