/** Lets a few transfers run at a time, and a few of one organization or user; the others wait in order, and the owners take turns. */

const MOST_AT_A_TIME = 32;
const MOST_OF_ONE_OWNER = 8;

interface Owner {
  readonly name: string;
  readonly waiting: (() => Promise<void>)[];
  running: number;
}

export class TransferQueue {
  readonly #owners = new Map<string, Owner>();
  #running = 0;
  #waiting = 0;

  get waiting(): number {
    return this.#waiting;
  }

  get running(): number {
    return this.#running;
  }

  /** Runs the transfer when its turn comes. It must not fail. */
  enter(name: string, transfer: () => Promise<void>): void {
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
      void transfer().finally(() => this.#ended(owner));
    }
  }

  #nextOwner(): Owner | undefined {
    for (const owner of this.#owners.values())
      if (owner.waiting.length > 0 && owner.running < MOST_OF_ONE_OWNER) return owner;
    return undefined;
  }

  #ended(owner: Owner): void {
    this.#running -= 1;
    owner.running -= 1;
    if (owner.running === 0 && owner.waiting.length === 0) this.#owners.delete(owner.name);
    this.#next();
  }
}
