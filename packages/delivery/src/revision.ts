/**
 * Revisions as a client reads them: opaque but for their order. `packages/event-bus` makes them; this package also runs where there is no
 * Node.
 */

interface Position {
  /** Decimal digits; a later epoch is a greater number. */
  readonly epoch: string;
  readonly sequence: number;
}

const MAX_LENGTH = 64;
const DECODED = /^1:(\d{1,16}):(\d{1,16})$/;

/** Whether px0 can have issued it. */
export function isRevision(text: unknown): text is string {
  return typeof text === 'string' && decode(text) !== undefined;
}

/** Negative when `a` is the earlier one. A text that is no revision is earlier than every revision. */
export function compareRevisions(a: string, b: string): number {
  if (a === b) return 0;
  const left = decode(a);
  const right = decode(b);
  if (left === undefined || right === undefined)
    return Number(left !== undefined) - Number(right !== undefined);
  return compareEpochs(left.epoch, right.epoch) || left.sequence - right.sequence;
}

/** Whether `a` belongs to an earlier epoch than `b`. Both are revisions. */
export function isOfEarlierEpoch(a: string, b: string): boolean {
  const left = decode(a);
  const right = decode(b);
  return left !== undefined && right !== undefined && compareEpochs(left.epoch, right.epoch) < 0;
}

/** The later of two revisions. */
export function laterOf(a: string | undefined, b: string): string {
  return a === undefined || compareRevisions(b, a) > 0 ? b : a;
}

function decode(text: string): Position | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  try {
    const [, epoch, sequence] = DECODED.exec(atob(text.replaceAll('-', '+').replaceAll('_', '/'))) ?? [];
    return epoch === undefined ? undefined : { epoch, sequence: Number(sequence) };
  } catch {
    return undefined;
  }
}

function compareEpochs(a: string, b: string): number {
  // Digits only, so the longer is the later.
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
