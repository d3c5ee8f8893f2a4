/**
 * Lets a few transfers run at a time, and a few of one organization or user; the others wait in order, and the owners take turns. A transfer whose client
 * does not read keeps its place among those of its owner only, so that nobody's clients can hold up those of others.
 * See docs/decisions/176-neighbours-of-streams.md.
 */

const MOST_AT_A_TIME = 32;
const MOST_OF_ONE_OWNER = 8;
/** Beyond it an owner's new clients are sent away: each would wait for minutes, for those before it. */
const MOST_WAITING_OF_ONE_OWNER = 2_000;

/** A transfer's leave to run. */
export interface Turn {
  /** Waits while others run. The transfer goes on at once afterwards, for it has little left to do before it waits again. */
  pause(until: Promise<void>): Promise<void>;
}

interface Owner {
  readonly name: string;
  readonly waiting: ((turn: Turn) => Promise<void>)[];
  /** Those that pause, too. */
  running: number;
}

export class TransferQueue {
  readonly #owners = new Map<string, Owner>();
  #running = 0;
  #waiting = 0;
  readonly #turn: Turn = { pause: (until) => this.#pause(until) };

  get waiting(): number {
    return this.#waiting;
  }

  /** Those that pause do not count. */
  get running(): number {
    return this.#running;
  }

  /** Whether another client of the owner would have its turn in time. */
  hasRoomFor(name: string): boolean {
    return this.waitingOf(name) < MOST_WAITING_OF_ONE_OWNER;
  }

  /** How many of the owner wait. */
  waitingOf(name: string): number {
    return this.#owners.get(name)?.waiting.length ?? 0;
  }

  /** Waits for a turn, which lasts until the function that it comes with is called. Undefined when none has come in time. */
  async turn(name: string, patienceMs: number): Promise<(() => void) | undefined> {
    const begun = Promise.withResolvers<boolean>();
    const ended = Promise.withResolvers<void>();
    const transfer = (): Promise<void> => {
      begun.resolve(true);
      return ended.promise;
    };
    const timer = setTimeout(() => {
      this.#leave(name, transfer);
      begun.resolve(false);
    }, patienceMs);
    this.enter(name, transfer);
    const isMine = await begun.promise;
    clearTimeout(timer);
    return isMine ? ended.resolve : undefined;
  }

  /** Runs the transfer when its turn comes. It must not fail. */
  enter(name: string, transfer: (turn: Turn) => Promise<void>): void {
    const owner = this.#owners.get(name) ?? { name, waiting: [], running: 0 };
    this.#owners.set(name, owner);
    owner.waiting.push(transfer);
    this.#waiting += 1;
    this.#next();
  }

  #next(): void {
    while (this.#running < MOST_AT_A_TIME) {
      const owner = this.#nextOwner();
      const transfer = owner?.waiting.shift();
      if (owner === undefined || transfer === undefined) return;
      this.#waiting -= 1;
      this.#running += 1;
      owner.running += 1;
      // The one that had its turn stands behind the others.
      this.#owners.delete(owner.name);
      this.#owners.set(owner.name, owner);
      void transfer(this.#turn).finally(() => this.#ended(owner));
    }
  }

  #leave(name: string, transfer: () => Promise<void>): void {
    const owner = this.#owners.get(name);
    const place = owner?.waiting.indexOf(transfer) ?? -1;
    if (owner === undefined || place === -1) return;
    owner.waiting.splice(place, 1);
    this.#waiting -= 1;
    if (owner.running === 0 && owner.waiting.length === 0) this.#owners.delete(name);
  }

  #nextOwner(): Owner | undefined {
    for (const owner of this.#owners.values())
      if (owner.waiting.length > 0 && owner.running < MOST_OF_ONE_OWNER) return owner;
    return undefined;
  }

  async #pause(until: Promise<void>): Promise<void> {
    this.#running -= 1;
    this.#next();
    await until;
    this.#running += 1;
  }

  #ended(owner: Owner): void {
    this.#running -= 1;
    owner.running -= 1;
    if (owner.running === 0 && owner.waiting.length === 0) this.#owners.delete(owner.name);
    this.#next();
  }
}
