/**
 * Epochs: the generations of the state stream's contents. When the stream is lost or goes back to an older copy of itself,
 * sequences that were handed out become meaningless, and a new epoch begins. The present epoch is an entity in the stream itself,
 * so every reader knows it. If several owners declare one, compare-and-set lets exactly one win.
 * See docs/decisions/020-epochs.md.
 */
import { decodeEvent, encodeEvent, stateSubject } from '@px0/contracts';
import { compareEpochs, type Epoch } from '../revisions/token.ts';
import type { Bus, StoredMessage, StreamFacts } from '../stream/bus.ts';
import { WrongLastSequenceError } from '../stream/errors.ts';

/** An epoch and where it begins: only messages above `sequence` belong to it. */
export interface EpochMark {
  readonly epoch: Epoch;
  readonly sequence: number;
  /** Creation time of the stream in which it was declared. */
  readonly streamCreatedAt: string;
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
export async function declareEpoch(bus: Bus, view: StreamView, atLeast: Epoch): Promise<EpochMark> {
  const previous = await bus.lastMessage('state', EPOCH_SUBJECT);
  const previousMark = epochMarkOf(previous);
  if (previousMark !== undefined && previousMark.epoch !== view.mark?.epoch) return previousMark;
  const epoch = laterThan(atLeast, previousMark?.epoch ?? '0');
  const revision = (previous?.revision ?? 0) + 1;
  const state = { epoch, stream_created_at: view.created };
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
      expectation,
    });
    return { epoch, sequence, streamCreatedAt: view.created };
  } catch (error) {
    if (!(error instanceof WrongLastSequenceError)) throw error;
    const winner = epochMarkOf(await bus.lastMessage('state', EPOCH_SUBJECT));
    if (winner === undefined) throw error;
    return winner;
  }
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
  };
}

/** Milliseconds since 1970: later declarations are greater, also across installations that lost everything. */
function laterThan(...epochs: readonly Epoch[]): Epoch {
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
