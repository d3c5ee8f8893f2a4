/**
 * Which of a user's sessions have been ended, in the few numbers that every user event carries. Sessions are numbered from 1; those below
 * `floor` and those within `revoked` are dead, all others that were ever begun may be used until they expire. A login changes `next`
 * only, so it publishes nothing.
 */

/** Both ends are inside. */
export type SessionRange = readonly [from: number, to: number];

export interface SessionLedger {
  /** The number that the next login gets. */
  readonly next: number;
  readonly floor: number;
  /** Sorted, at or above the floor, with at least one number that is not revoked between two ranges. */
  readonly revoked: readonly SessionRange[];
}

/**
 * An event with more ranges than this would weigh on every reader. Only an account that begins and ends thousands of sessions a day
 * gets here; its oldest sessions are ended then.
 */
export const MAX_RANGES = 1_000;
const KEPT_RANGES = 500;

export function isEnded({ floor, revoked }: SessionLedger, number: number): boolean {
  return number < floor || revoked.some(([from, to]) => number >= from && number <= to);
}

/** Ends one session. */
export function endSession(ledger: SessionLedger, number: number): SessionLedger {
  if (isEnded(ledger, number)) return ledger;
  return normalized(ledger.next, ledger.floor, [...ledger.revoked, [number, number]]);
}

/** Ends every session begun so far. */
export function endAllSessions({ next }: SessionLedger): SessionLedger {
  return { next, floor: next, revoked: [] };
}

/** Ends every session begun so far except one. */
export function endOtherSessions({ next }: SessionLedger, kept: number): SessionLedger {
  return normalized(next, kept, kept + 1 < next ? [[kept + 1, next - 1]] : []);
}

/**
 * Forgets what expiry has settled: nothing below the lowest session that is still usable needs to be told apart. `lowestUsable` is
 * undefined when no session is usable.
 */
export function compactLedger(ledger: SessionLedger, lowestUsable: number | undefined): SessionLedger {
  const compact = normalized(
    ledger.next,
    Math.max(ledger.floor, lowestUsable ?? ledger.next),
    ledger.revoked,
  );
  if (compact.revoked.length <= MAX_RANGES) return compact;
  const kept = compact.revoked.slice(-KEPT_RANGES);
  return normalized(compact.next, kept[0]?.[0] ?? compact.floor, kept);
}

function normalized(next: number, floor: number, ranges: readonly SessionRange[]): SessionLedger {
  const revoked: [number, number][] = [];
  let lowest = floor;
  for (const [from, to] of ranges.toSorted(([a], [b]) => a - b)) {
    if (to < lowest) continue;
    const last = revoked.at(-1);
    // A range that begins at the floor raises it; one that touches the range before it widens that.
    if (last === undefined && from <= lowest) lowest = to + 1;
    else if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else revoked.push([from, to]);
  }
  return { next, floor: lowest, revoked };
}

/** Reads Postgres's text of an int4multirange, whose upper bounds are outside: `{[2,4),[7,8)}`. */
export function ledgerFromText(next: number, floor: number, revoked: string): SessionLedger {
  const ranges = Array.from(
    revoked.matchAll(/\[(-?\d+),(-?\d+)\)/g),
    ([, from, to]): SessionRange => [Number(from), Number(to) - 1],
  );
  return { next, floor, revoked: ranges };
}

/** The revoked ranges as Postgres reads an int4multirange. */
export function revokedText({ revoked }: SessionLedger): string {
  return `{${revoked.map(([from, to]) => `[${from},${to + 1})`).join(',')}}`;
}
