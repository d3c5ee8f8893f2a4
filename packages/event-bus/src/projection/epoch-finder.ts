/**
 * Finds the epoch in which a reader is to read on, and whether the stream is the one that it was reading. An owner that finds it
 * lost or replaced declares a new epoch; any other reader waits for an owner to do so.
 */

import { compareEpochs, type Epoch } from '../revisions/token.ts';
import type { Bus } from '../stream/bus.ts';
import {
  declareEpoch,
  type EpochMark,
  isOwnEpoch,
  latestReturns,
  type SameStreamRule,
  type StreamView,
  viewStream,
  type WentBack,
  type Witness,
} from './epoch.ts';

/** A service that owns state and therefore remembers what it published. */
export interface EpochOwner {
  /**
   * The last epoch published into (empty at first), the last message published there, and what it knows of databases that went back.
   * Undefined while it does not know that its database is the one that was published from: then a stream with an epoch is right.
   */
  memory(): Promise<OwnerMemory | undefined>;
}

export interface OwnerMemory {
  readonly epoch: Epoch;
  readonly witness: Witness | undefined;
  readonly wentBack?: WentBack | undefined;
}

export interface FoundEpoch {
  readonly mark: EpochMark;
  /** The stream is another one than the reader's position belongs to: it must be read anew. */
  readonly replaced: boolean;
}

/** What the reader knows: its epoch, and the message at its position. */
export interface ReaderMemory {
  readonly mark: EpochMark | undefined;
  readonly witness: Witness | undefined;
}

const NO_EPOCH: Epoch = '0';

export class EpochFinder {
  readonly #bus: Bus;
  readonly #owner: EpochOwner | undefined;
  readonly #sameStream: SameStreamRule;

  constructor(bus: Bus, owner: EpochOwner | undefined, sameStream: SameStreamRule) {
    this.#bus = bus;
    this.#owner = owner;
    this.#sameStream = sameStream;
  }

  /** Undefined while no epoch is valid and this reader may not declare one. */
  async find(reader: ReaderMemory): Promise<FoundEpoch | undefined> {
    // Asked before the stream is looked at: whatever is known by now must be found in it.
    const owned = await this.#owner?.memory();
    const view = await viewStream(this.#bus);
    if (view === undefined) return undefined;
    // A stream of another age is another one, also where nothing lies at the witness's place that would contradict it.
    const isAnother = reader.mark !== undefined && reader.mark.streamCreatedAt !== view.created;
    const readerLost = isAnother || !(await this.#continues(view, reader.mark?.epoch, reader.witness));
    const ownerLost = !(await this.#continues(view, owned?.epoch, owned?.witness));
    const latest = later(reader.mark?.epoch, owned?.epoch);
    const valid = validMark(view);
    if (valid !== undefined && !readerLost && !ownerLost) return { mark: valid, replaced: false };
    // A later epoch than any that is lost has been declared: it holds.
    if (valid !== undefined && compareEpochs(valid.epoch, latest) > 0)
      return { mark: valid, replaced: readerLost };
    if (this.#owner === undefined) return adoptable(valid, reader);
    // It reads on, so that it can judge its database; what it then knows declares an epoch.
    if (owned === undefined && valid !== undefined) return { mark: valid, replaced: readerLost };
    const known = latestReturns(reader.mark?.wentBack, owned?.wentBack);
    return { mark: await declareEpoch(this.#bus, view, latest, { known }), replaced: readerLost };
  }

  /** Whether the stream continues what a reader knows: an epoch, and a message in it. */
  async #continues(
    view: StreamView,
    epoch: Epoch | undefined,
    witness: Witness | undefined,
  ): Promise<boolean> {
    if (epoch === undefined || epoch === '') return true;
    const order = view.mark === undefined ? -1 : compareEpochs(view.mark.epoch, epoch);
    if (order < 0) return false;
    return witness === undefined || (await this.#sameStream(this.#bus, view, witness));
  }
}

/**
 * A wholly different stream with an epoch of its own is accepted as it is, even if the clock of the owner that declared it was slow:
 * there may be no owner left that could declare a later one.
 */
function adoptable(valid: EpochMark | undefined, reader: ReaderMemory): FoundEpoch | undefined {
  if (valid === undefined || valid.streamCreatedAt === reader.mark?.streamCreatedAt) return undefined;
  return { mark: valid, replaced: true };
}

/** An epoch is valid only in the stream in which it was declared: a copy put into a new stream has its event, too. */
function validMark(view: StreamView): EpochMark | undefined {
  return isOwnEpoch(view) ? view.mark : undefined;
}

function later(a: Epoch | undefined, b: Epoch | undefined): Epoch {
  return compareEpochs(a || NO_EPOCH, b || NO_EPOCH) < 0 ? b || NO_EPOCH : a || NO_EPOCH;
}
