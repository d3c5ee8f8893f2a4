/**
 * Epochs: the generations of the state stream's contents. When the stream is lost or goes back to an older copy of itself,
 * sequences that were handed out become meaningless, and a new epoch begins. The present epoch is an entity in the stream itself,
 * so every reader knows it. If several owners declare one, compare-and-set lets exactly one win.
 * See docs/decisions/020-epochs.md.
 */
import { decodeEvent, encodeEvent, stateSubject } from '@px0/contracts';
import { compareEpochs, type Epoch } from '../revisions/token.ts';
import type { Bus, StoredMessage, StreamFacts } from '../stream/bus.ts';
import { BusUnavailableError, WrongLastSequenceError } from '../stream/errors.ts';

/** By context: the latest epoch that began because its database had gone back. Each later epoch repeats it. */
export type WentBack = Readonly<Record<string, Epoch>>;

/** An epoch and where it begins: only messages above `sequence` belong to it. */
export interface EpochMark {
  readonly epoch: Epoch;
  readonly sequence: number;
  /** Creation time of the stream in which it was declared. */
  readonly streamCreatedAt: string;
  /** Absent where no database has ever gone back. */
  readonly wentBack?: WentBack;
}

/** The state stream as its leader shows it. */
export interface StreamView extends StreamFacts {
  readonly mark: EpochMark | undefined;
}

/** A message that a reader knows to have been in the stream. */
export interface Witness {
  readonly sequence: number;
  readonly subject: string;
  /** Of the two, whichever the witness knows. */
  readonly timestamp?: string;
  readonly revision?: number;
}

export const EPOCH_SUBJECT = stateSubject('epoch', 'current');

/** Decides whether a stream is the one that was read before. The one that px0 runs on is `stillShows`. */
export type SameStreamRule = (bus: Bus, view: StreamView, witness: Witness) => Promise<boolean>;

/** Asks the leader for stream and epoch. Undefined while the stream does not exist. */
export async function viewStream(bus: Bus): Promise<StreamView | undefined> {
  const facts = await bus.streamFacts('state');
  if (facts === undefined) return undefined;
  return { ...facts, mark: epochMarkOf(await bus.lastMessage('state', EPOCH_SUBJECT)) };
}

/** Whether the stream is the very one in which its epoch was declared. */
export function isOwnEpoch(view: StreamView): boolean {
  return view.mark?.streamCreatedAt === view.created;
}

/**
 * Whether the stream still holds what the witness saw: it reaches as far, and at that place lies the same message, or none, since
 * a superseded one may have been trimmed.
 */
export const stillShows: SameStreamRule = async (bus, view, witness) => {
  if (witness.sequence === 0) return true;
  if (view.lastSequence < witness.sequence) return false;
  const message = await bus.messageAt('state', witness.sequence);
  return message === undefined || isTheSame(message, witness);
};

/**
 * Declares a new epoch in place of the one in `view`, and returns the one that is valid then: this one, or that of another replica
 * that was faster.
 *
 * @param atLeast the latest epoch that the caller knows of; the new one is later, whatever the clock says
 */
export async function declareEpoch(
  bus: Bus,
  view: StreamView,
  atLeast: Epoch,
  { known, returning }: EpochReasons = {},
): Promise<EpochMark> {
  const previous = await bus.lastMessage('state', EPOCH_SUBJECT);
  const previousMark = epochMarkOf(previous);
  if (previousMark !== undefined && previousMark.epoch !== view.mark?.epoch) return previousMark;
  const epoch = laterThan(atLeast, previousMark?.epoch ?? '0');
  const revision = (previous?.revision ?? 0) + 1;
  const wentBack = latestReturns(
    previousMark?.wentBack,
    known,
    returning === undefined ? undefined : { [returning]: epoch },
  );
  const state = { epoch, stream_created_at: view.created, ...(wentBack && { went_back: wentBack }) };
  const payload = encodeEvent({
    name: 'epoch',
    id: 'current',
    revision,
    time: new Date().toISOString(),
    state,
  });
  const expectation = { lastSubjectSequence: previous?.sequence ?? 0 };
  try {
    const sequence = await bus.publish({
      subject: EPOCH_SUBJECT,
      payload,
      revision,
      traceparent: undefined,
      epoch,
      expectation,
    });
    return { epoch, sequence, streamCreatedAt: view.created, ...(wentBack && { wentBack }) };
  } catch (error) {
    if (!(error instanceof WrongLastSequenceError)) throw error;
    const winner = epochMarkOf(await bus.lastMessage('state', EPOCH_SUBJECT));
    if (winner === undefined) throw error;
    return winner;
  }
}

/**
 * Begins an epoch in which a context's events replace what is held, unless one at or after `required` has begun. Another owner's epoch, begun at
 * the same moment, does not count: it says nothing about this context.
 *
 * @throws BusUnavailableError while no epoch is valid in the stream: owners are about to declare one
 */
export async function declareReturn(bus: Bus, context: string, required: Epoch): Promise<EpochMark> {
  for (;;) {
    const view = await viewStream(bus);
    if (view?.mark === undefined || !isOwnEpoch(view))
      throw new BusUnavailableError('the stream has no epoch of its own yet');
    if (covers(view.mark, context, required)) return view.mark;
    const mark = await declareEpoch(bus, view, required, { returning: context });
    if (covers(mark, context, required)) return mark;
  }
}

/** Whether readers in this epoch replace what they held of the context before `required`. */
export function covers(mark: EpochMark, context: string, required: Epoch): boolean {
  return compareEpochs(mark.wentBack?.[context] ?? '', required) >= 0;
}

/** The epoch in a message of the epoch's subject. */
export function epochMarkOf(
  message: Pick<StoredMessage, 'text' | 'sequence'> | undefined,
): EpochMark | undefined {
  if (message === undefined) return undefined;
  const event = decodeEvent(EPOCH_SUBJECT, message.text);
  if (event.name !== 'epoch' || event.state === undefined) return undefined;
  return {
    epoch: event.state.epoch,
    sequence: message.sequence,
    streamCreatedAt: event.state.stream_created_at,
    ...(event.state.went_back && { wentBack: event.state.went_back }),
  };
}

/** What an epoch is declared with, besides the reason that any has: the stream was lost. */
export interface EpochReasons {
  /** What the declaring service knows of databases that went back: the lost stream cannot tell. */
  readonly known?: WentBack | undefined;
  /** The context whose database has gone back now. */
  readonly returning?: string;
}

/** The latest of each context; undefined where there is none. */
export function latestReturns(...all: readonly (WentBack | undefined)[]): WentBack | undefined {
  const latest: Record<string, Epoch> = {};
  for (const one of all)
    for (const [context, epoch] of Object.entries(one ?? {}))
      if (compareEpochs(epoch, latest[context] ?? '') > 0) latest[context] = epoch;
  return Object.keys(latest).length === 0 ? undefined : latest;
}

/** Milliseconds since 1970: later declarations are greater, also across installations that lost everything. */
export function laterThan(...epochs: readonly Epoch[]): Epoch {
  const latest = epochs.reduce((a, b) => (compareEpochs(a, b) < 0 ? b : a));
  const now = String(Date.now());
  return compareEpochs(now, latest) > 0 ? now : String(Number(latest) + 1);
}

function isTheSame(message: StoredMessage, witness: Witness): boolean {
  if (message.subject !== witness.subject) return false;
  if (witness.revision !== undefined && witness.revision !== message.revision) return false;
  return witness.timestamp === undefined || witness.timestamp === nanosecondsOf(message.timestamp);
}

/** RFC 3339 with up to nine decimals as nanoseconds since 1970: deliveries and stored messages spell their times differently. */
export function nanosecondsOf(timestamp: string): string {
  const match = /^(.*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(timestamp);
  const seconds = Date.parse(`${match?.[1]}${match?.[3]}`) / 1_000;
  return `${seconds}${(match?.[2] ?? '').padEnd(9, '0')}`;
}
