/** How much what a client holds is worth at a given moment. */

export type ClientState = 'initializing' | 'ready' | 'stale' | 'offline' | 'refused' | 'closed';

/** What the state follows from. Times are milliseconds of one clock; undefined where it has not happened. */
export interface Observed {
  readonly isClosed: boolean;
  readonly isRefused: boolean;
  /** Anything at all: of px0, a file or a bundle. */
  readonly holdsAnything: boolean;
  readonly startedAt: number;
  /** When the latest frame came on a connection that is in step with px0, or the latest poll succeeded. */
  readonly heardAt: number | undefined;
  /** When px0 confirmed last that all of it is current. */
  readonly confirmedAt: number | undefined;
  /** px0 says itself that it may be behind. */
  readonly isPx0Stale: boolean;
}

export interface StateTimes {
  readonly initTimeoutMs: number;
  /** The time between two signs of life: a heartbeat, or a poll. */
  readonly beatMs: number;
}

/** A client is ready for so many of its beats after a sign of life. */
export const BEATS_OF_PATIENCE = 3;

/** Longer than the longest pause between two attempts. */
export const OFFLINE_AFTER_MS = 60_000;

export function stateAt(now: number, observed: Observed, { initTimeoutMs, beatMs }: StateTimes): ClientState {
  const { isClosed, isRefused, holdsAnything, startedAt, heardAt, confirmedAt, isPx0Stale } = observed;
  if (isClosed) return 'closed';
  if (isRefused) return 'refused';
  if (!holdsAnything) return now - startedAt < initTimeoutMs ? 'initializing' : 'offline';
  if (confirmedAt === undefined) return 'offline';
  if (heardAt !== undefined && now - heardAt < BEATS_OF_PATIENCE * beatMs && !isPx0Stale) return 'ready';
  return now - confirmedAt < OFFLINE_AFTER_MS ? 'stale' : 'offline';
}

/** When the state may change next if nothing happens; undefined when never. */
export function nextChangeAfter(now: number, observed: Observed, times: StateTimes): number | undefined {
  const { startedAt, heardAt, confirmedAt } = observed;
  const moments = [
    startedAt + times.initTimeoutMs,
    ...(heardAt === undefined ? [] : [heardAt + BEATS_OF_PATIENCE * times.beatMs]),
    ...(confirmedAt === undefined ? [] : [confirmedAt + OFFLINE_AFTER_MS]),
  ].filter((moment) => moment > now);
  return moments.length === 0 ? undefined : Math.min(...moments) - now;
}
