/** Where this process stands in the stream, as far as delivery asks. */
import { stateSubject } from '@px0/contracts';
import { encodeToken, type Projection, type RevisionToken } from '@px0/event-bus';

/** A narrow face of the projection. Sequences are those of the present epoch. */
export interface StreamPosition {
  /** Undefined before the process has begun to read. */
  readonly epoch: string | undefined;
  /** The greatest sequence that was delivered. */
  readonly position: number;
  /** The greatest sequence at and below which everything is applied. */
  readonly reported: number;
  readonly connected: boolean;
  /** Everything that the present epoch shows has been applied, and what it does not show is gone. */
  readonly settledInEpoch: boolean;
  /** The epoch since which revisions of prompts compare; empty when they always did. */
  readonly comparesSince: string;
  /** The sequence at which the prompt was last shown in this epoch, 0 when it was not. */
  shownAt(promptId: string): number;
  /** Waits until what the token covers is applied; whether it is. */
  waitFor(token: RevisionToken, timeoutMs: number): Promise<boolean>;
}

export function positionOf(projection: Projection): StreamPosition {
  return {
    get epoch() {
      return projection.epoch?.epoch;
    },
    get position() {
      return projection.position;
    },
    get reported() {
      return projection.reported;
    },
    get connected() {
      return projection.connected;
    },
    get settledInEpoch() {
      return projection.settledInEpoch;
    },
    get comparesSince() {
      return projection.comparesSince('registry');
    },
    shownAt: (promptId) => projection.table.shownAt(stateSubject('prompt', promptId)),
    waitFor: async (token, timeoutMs) => (await projection.waitFor(token, timeoutMs)) === 'reached',
  };
}

/** The revision of a sequence of the present epoch. */
export function revisionAt(position: Pick<StreamPosition, 'epoch'>, sequence: number): string {
  return encodeToken({ epoch: position.epoch ?? '0', sequence });
}
