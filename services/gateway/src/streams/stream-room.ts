/**
 * How many streams go through this gateway: in all, and for the keys of one organization, which must not take every place.
 * See docs/decisions/175-streams-through-the-gateway.md.
 */

/** An answer that goes on until somebody ends it. */
export interface OpenStream {
  /** Ends it in good order. */
  finish(): void;
}

/** Of all places, those that one organization's keys may have. */
const SHARE = 1 / 4;
/** Clients come back within seconds; all at once they would be a herd. */
const SHORTEST_DRAIN_MS = 2_000;
/** How often some are ended during a drain. */
const STEP_MS = 50;

export class StreamRoom {
  readonly #most: number;
  readonly #open = new Set<OpenStream>();
  readonly #ofOwner = new Map<string, number>();
  #drain: NodeJS.Timeout | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#open.size;
  }

  get isFull(): boolean {
    return this.#open.size >= this.#most;
  }

  /** Whether there is room for one more stream of the owner, whom the service names; streams of people have none. */
  hasRoomFor(owner: string | undefined): boolean {
    return (
      owner === undefined || (this.#ofOwner.get(owner) ?? 0) < Math.max(1, Math.floor(this.#most * SHARE))
    );
  }

  add(stream: OpenStream): void {
    this.#open.add(stream);
  }

  /** The service has answered, and has named the stream's owner. */
  own(owner: string | undefined): void {
    if (owner !== undefined) this.#ofOwner.set(owner, (this.#ofOwner.get(owner) ?? 0) + 1);
  }

  remove(stream: OpenStream, owner: string | undefined): void {
    this.#open.delete(stream);
    if (owner === undefined) return;
    const left = (this.#ofOwner.get(owner) ?? 0) - 1;
    if (left > 0) this.#ofOwner.set(owner, left);
    else this.#ofOwner.delete(owner);
  }

  /** Ends all streams evenly over a time, from when no new ones can come: after `delayMs`. */
  drain(delayMs: number): void {
    const steps = Math.ceil(Math.max(delayMs, SHORTEST_DRAIN_MS) / STEP_MS);
    this.#drain ??= setTimeout(() => this.#endSome(this.#open.size / steps, steps - 1), delayMs).unref();
  }

  #endSome(ofEachStep: number, stepsLeft: number): void {
    const staying = Math.floor(ofEachStep * stepsLeft);
    for (const stream of [...this.#open].slice(0, Math.max(0, this.#open.size - staying))) stream.finish();
    if (stepsLeft > 0 && this.#open.size > 0)
      this.#drain = setTimeout(() => this.#endSome(ofEachStep, stepsLeft - 1), STEP_MS).unref();
  }
}
