/** What a client needs of the world: a network, a clock and randomness. Applications bring real ones, tests their own. */
import type { AnswerHead } from './answer.ts';

export interface DeliveryRequest {
  /** From `/v1/` on, with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface DeliveryAnswer extends AnswerHead {
  /** Decompressed. It throws when the connection breaks or the signal is aborted. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Adds the caller's credential. Rejects when there is no answer. */
export type Transport = (request: DeliveryRequest) => Promise<DeliveryAnswer>;

export interface Clock {
  /** Milliseconds since 1970, never going back. */
  readonly now: () => number;
  /** Runs a task later; what it returns calls that off. A waiting task keeps no process alive. */
  readonly after: (ms: number, task: () => void) => () => void;
  /** Lets others have a turn. */
  readonly turn: () => Promise<void>;
  /** From 0 to 1, the latter excluded. */
  readonly random: () => number;
}
