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
  return comparePositions(left, right);
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

/** The highest revision that was seen. */
export class HighestRevision {
  #text: string | undefined;
  #position: Position | undefined;

  get text(): string | undefined {
    return this.#text;
  }

  /** A text that is no revision says nothing. */
  see(text: string | null): void {
    if (text === null || text === this.#text) return;
    const position = decode(text);
    if (position === undefined) return;
    if (this.#position !== undefined && comparePositions(position, this.#position) <= 0) return;
    this.#text = text;
    this.#position = position;
  }

  forget(): void {
    this.#text = undefined;
    this.#position = undefined;
  }
}

/** The latest one that was decoded: a frame's revision is checked first, and then noted. */
let latest: { readonly text: string; readonly position: Position } | undefined;

function decode(text: string): Position | undefined {
  if (text === latest?.text) return latest.position;
  if (text.length > MAX_LENGTH) return undefined;
  try {
    const [, epoch, sequence] = DECODED.exec(atob(text.replaceAll('-', '+').replaceAll('_', '/'))) ?? [];
    if (epoch === undefined) return undefined;
    const position = { epoch, sequence: Number(sequence) };
    latest = { text, position };
    return position;
  } catch {
    return undefined;
  }
}

function comparePositions(a: Position, b: Position): number {
  return compareEpochs(a.epoch, b.epoch) || a.sequence - b.sequence;
}

function compareEpochs(a: string, b: string): number {
  // Digits only, so the longer is the later.
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
