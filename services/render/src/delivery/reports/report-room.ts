/**
 * What the reports of one organization, or of one user, may take of a process: a share of what is held at a time, turns, and an amount a minute.
 * See docs/decisions/202-usage-that-applications-report.md.
 */
import { ApiError } from '@px0/service-kit';
import { unavailable } from '../request/unavailable.ts';
import { TransferQueue } from '../stream/transfer-queue.ts';

/** Bodies that are being worked on, or wait for it. */
const MOST_HELD_BYTES = 64 * 1024 * 1024;
const MOST_HELD_BYTES_OF_ONE_OWNER = 16 * 1024 * 1024;
/** Ten thousand processes with a dozen rows each send less. The stream of usage, from which others' reports must not be pushed, holds eight times as much. */
const BYTES_PER_MINUTE = 32 * 1024 * 1024;
/** How long a report waits for its turn. */
const TURN_PATIENCE_MS = 5_000;

const MINUTE_MS = 60_000;

interface Owner {
  heldBytes: number;
  /** What may be sent at once; below zero, nothing may until time has made up for it. */
  credit: number;
  /** When the credit was what it says. */
  at: number;
}

/** A report's place, from its arrival to its answer. */
export interface Place {
  /** Takes more of the owner's amount: for work that its size does not show. */
  charge(bytes: number): void;
  leave(): void;
}

export class ReportRoom {
  /** The one that was used last stands last. */
  readonly #owners = new Map<string, Owner>();
  readonly #turns = new TransferQueue();
  readonly #now: () => number;
  #heldBytes = 0;

  /** `now`: a clock in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** How many owners are known: those that have sent something in the last minutes. */
  get size(): number {
    return this.#owners.size;
  }

  /**
   * Takes a body in, and waits for its turn: some are worked on at a time, fewer of one owner, and the owners take turns.
   *
   * @throws ApiError tooManyRequests when the owner sends too much; serviceUnavailable when all together do
   */
  async enter(name: string, bytes: number): Promise<Place> {
    const owner = this.#ownerOf(name);
    if (owner.credit <= 0)
      throw new ApiError('tooManyRequests', {
        retryAfterSeconds: Math.ceil((1 - owner.credit) / (BYTES_PER_MINUTE / 60)),
      });
    if (owner.heldBytes + bytes > MOST_HELD_BYTES_OF_ONE_OWNER) throw new ApiError('tooManyRequests');
    if (this.#heldBytes + bytes > MOST_HELD_BYTES) throw unavailable();
    this.#hold(owner, bytes);
    charge(owner, bytes);
    const end = await this.#turns.turn(name, TURN_PATIENCE_MS);
    if (end === undefined) {
      this.#hold(owner, -bytes);
      throw unavailable();
    }
    return {
      charge: (more) => charge(owner, more),
      leave: () => {
        this.#hold(owner, -bytes);
        end();
      },
    };
  }

  #ownerOf(name: string): Owner {
    const now = this.#now();
    const known = this.#owners.get(name);
    const owner = known ?? { heldBytes: 0, credit: BYTES_PER_MINUTE, at: now };
    if (known !== undefined) {
      this.#owners.delete(name);
      owner.credit = creditAt(owner, now);
      owner.at = now;
    }
    this.#owners.set(name, owner);
    this.#forget(now);
    return owner;
  }

  /** Those with nothing here and all of their amount are like new ones. */
  #forget(now: number): void {
    for (const [name, owner] of this.#owners) {
      if (owner.at > now - MINUTE_MS || owner.heldBytes > 0 || creditAt(owner, now) < BYTES_PER_MINUTE)
        return;
      this.#owners.delete(name);
    }
  }

  #hold(owner: Owner, bytes: number): void {
    owner.heldBytes += bytes;
    this.#heldBytes += bytes;
  }
}

function creditAt({ credit, at }: Owner, now: number): number {
  return Math.min(BYTES_PER_MINUTE, credit + ((now - at) / MINUTE_MS) * BYTES_PER_MINUTE);
}

/** The debt is bounded: whatever an owner sent, it may send again after a minute. */
function charge(owner: Owner, bytes: number): void {
  owner.credit = Math.max(-BYTES_PER_MINUTE, owner.credit - bytes);
}
