/**
 * Hunks of a diff: changed regions with three lines of context, joined where their contexts would touch. The grouping is that of Python's
 * `difflib.SequenceMatcher.get_grouped_opcodes(3)`, which the contract names.
 */
import { editScript, linesOf, type Region } from './edit-script.ts';

export interface DiffLine {
  readonly kind: 'context' | 'removed' | 'added';
  /** 1-based; null for a line that the text does not have. */
  readonly fromLine: number | null;
  readonly toLine: number | null;
  /** Without its newline. */
  readonly text: string;
}

/** Starts are 1-based; where a side has no line, the start is that of the line before, as in `difflib`. */
export interface Hunk {
  readonly fromStart: number;
  readonly fromLines: number;
  readonly toStart: number;
  readonly toLines: number;
  readonly lines: readonly DiffLine[];
}

const CONTEXT = 3;

/** Empty when the texts are equal. Null is no text: it has no line, whereas an empty text has an empty one. */
export function hunksOf(from: string | null, to: string | null): Hunk[] {
  const fromLines = from === null ? [] : linesOf(from);
  const toLines = to === null ? [] : linesOf(to);
  return grouped(editScript(fromLines, toLines)).map((group) => hunkOf(group, fromLines, toLines));
}

/** Splits equal regions that are longer than the context on both of their sides, and clips those at the ends. */
function grouped(regions: readonly Region[]): Region[][] {
  const groups: Region[][] = [];
  let group: Region[] = [];
  for (const [index, region] of regions.entries()) {
    if (!region.equal) {
      group.push(region);
      continue;
    }
    const isFirst = index === 0;
    const isLast = index === regions.length - 1;
    const length = region.fromEnd - region.fromStart;
    if (isFirst || isLast || length > 2 * CONTEXT) {
      if (!isFirst) {
        group.push(firstLines(region));
        groups.push(group);
      }
      group = isLast ? [] : [lastLines(region)];
    } else {
      group.push(region);
    }
  }
  if (group.some((region) => !region.equal)) groups.push(group);
  return groups;
}

function firstLines(region: Region): Region {
  const length = Math.min(CONTEXT, region.fromEnd - region.fromStart);
  return { ...region, fromEnd: region.fromStart + length, toEnd: region.toStart + length };
}

function lastLines(region: Region): Region {
  const length = Math.min(CONTEXT, region.fromEnd - region.fromStart);
  return { ...region, fromStart: region.fromEnd - length, toStart: region.toEnd - length };
}

function hunkOf(group: readonly Region[], from: readonly string[], to: readonly string[]): Hunk {
  const first = group[0];
  const last = group.at(-1);
  if (first === undefined || last === undefined) throw new Error('a hunk has at least one region');
  const fromLines = last.fromEnd - first.fromStart;
  const toLines = last.toEnd - first.toStart;
  return {
    fromStart: fromLines === 0 ? first.fromStart : first.fromStart + 1,
    fromLines,
    toStart: toLines === 0 ? first.toStart : first.toStart + 1,
    toLines,
    lines: group.flatMap((region) => linesOfRegion(region, from, to)),
  };
}

/** In a changed region all removed lines come before all added ones. */
function linesOfRegion(
  { equal, fromStart, fromEnd, toStart, toEnd }: Region,
  from: readonly string[],
  to: readonly string[],
): DiffLine[] {
  const removed = from.slice(fromStart, fromEnd).map((text, index): DiffLine => {
    const fromLine = fromStart + index + 1;
    return equal
      ? { kind: 'context', fromLine, toLine: toStart + index + 1, text }
      : { kind: 'removed', fromLine, toLine: null, text };
  });
  if (equal) return removed;
  const added = to
    .slice(toStart, toEnd)
    .map((text, index): DiffLine => ({ kind: 'added', fromLine: null, toLine: toStart + index + 1, text }));
  return [...removed, ...added];
}
