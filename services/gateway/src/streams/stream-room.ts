/**
 * How many streams go through this gateway: in all, and for the keys of one organization or one person, who must not take every place.
 * See docs/decisions/175-streams-through-the-gateway.md and 176-neighbours-of-streams.md.
 */

/** An answer that goes on until somebody ends it. */
export interface OpenStream {
  /** Ends it in good order. */
  finish(): void;
}

/** Of all places, those that one owner may have; and as many for those of its requests that have not been answered. */
const SHARE = 1 / 4;
/** Credentials whose owner is remembered; the oldest goes. */
const REMEMBERED = 10_000;
/** Clients come back within seconds; all at once they would be a herd. */
const SHORTEST_DRAIN_MS = 2_000;
/** How often some are ended during a drain. */
const STEP_MS = 50;

/** What a stream takes, besides its place among all. */
interface Place {
  readonly credential: string | undefined;
  /** Whose it is among the unanswered. */
  asker: string | undefined;
  /** Whose it is among the streams. */
  owner: string | undefined;
}

export class StreamRoom {
  /** How many streams there may be. */
  readonly limit: number;
  readonly #open = new Map<OpenStream, Place>();
  readonly #ofOwner = new Map<string, number>();
  readonly #ofAsker = new Map<string, number>();
  /** Only an answer tells whose a credential is. It stays the same one's for as long as it lives. */
  readonly #ownerOf = new Map<string, string>();
  #drain: NodeJS.Timeout | undefined;

  constructor(limit: number) {
    this.limit = limit;
  }

  get size(): number {
    return this.#open.size;
  }

  get isFull(): boolean {
    return this.#open.size >= this.limit;
  }

  get #share(): number {
    return Math.max(1, Math.floor(this.limit * SHARE));
  }

  /** Whether one more may be asked for: an organization that connects without end must not have every place by what is not answered yet. */
  mayAsk(credential: string | undefined): boolean {
    const asker = this.#known(credential);
    return asker === undefined || (this.#ofAsker.get(asker) ?? 0) < this.#share;
  }

  /** It is asked for. */
  add(stream: OpenStream, credential: string | undefined): void {
    const asker = this.#known(credential);
    if (asker !== undefined) count(this.#ofAsker, asker, 1);
    this.#open.set(stream, { credential, asker, owner: undefined });
  }

  /** The service has answered, and has named the stream's owner. False: the owner has as many as it may. */
  own(stream: OpenStream, owner: string | undefined): boolean {
    const place = this.#open.get(stream);
    if (place === undefined) return false;
    this.#leave(place);
    if (owner === undefined) return true;
    if (place.credential !== undefined) this.#remember(place.credential, owner);
    if ((this.#ofOwner.get(owner) ?? 0) >= this.#share) return false;
    count(this.#ofOwner, owner, 1);
    place.owner = owner;
    return true;
  }

  remove(stream: OpenStream): void {
    const place = this.#open.get(stream);
    if (place === undefined) return;
    this.#open.delete(stream);
    this.#leave(place);
    if (place.owner !== undefined) count(this.#ofOwner, place.owner, -1);
  }

  #known(credential: string | undefined): string | undefined {
    return credential === undefined ? undefined : this.#ownerOf.get(credential);
  }

  #leave(place: Place): void {
    if (place.asker !== undefined) count(this.#ofAsker, place.asker, -1);
    place.asker = undefined;
  }

  #remember(credential: string, owner: string): void {
    if (this.#ownerOf.size >= REMEMBERED) this.#ownerOf.delete(this.#ownerOf.keys().next().value ?? '');
    this.#ownerOf.set(credential, owner);
  }

  /** Ends all streams evenly over a time, from when no new ones can come: after `delayMs`. */
  drain(delayMs: number): void {
    const steps = Math.ceil(Math.max(delayMs, SHORTEST_DRAIN_MS) / STEP_MS);
    this.#drain ??= setTimeout(() => this.#endSome(this.#open.size / steps, steps - 1), delayMs).unref();
  }

  #endSome(ofEachStep: number, stepsLeft: number): void {
    const staying = Math.floor(ofEachStep * stepsLeft);
    for (const stream of [...this.#open.keys()].slice(0, Math.max(0, this.#open.size - staying)))
      stream.finish();
    if (stepsLeft > 0 && this.#open.size > 0)
      this.#drain = setTimeout(() => this.#endSome(ofEachStep, stepsLeft - 1), STEP_MS).unref();
  }
}

function count(counts: Map<string, number>, key: string, change: 1 | -1): void {
  const next = (counts.get(key) ?? 0) + change;
  if (next > 0) counts.set(key, next);
  else counts.delete(key);
}
