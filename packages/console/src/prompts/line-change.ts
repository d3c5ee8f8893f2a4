/** What a change of a text comes to in a line or two, for lists that cannot show a whole diff. */
import { diffArrays } from 'diff';
import { linesOf } from '../text/mod.ts';

export interface LineChange {
  readonly added: number;
  readonly removed: number;
  /** The first line that differs, as it was and as it is; either is missing if the line was only added or only removed. */
  readonly first: { readonly before: string | undefined; readonly after: string | undefined };
}

/** With more differing lines than this, the lines are only counted, wherever they stand: a list has many of these diffs. */
const MAX_EDITS = 100;

/** Undefined if the lines are equal; line endings do not count, as in the diff. */
export function lineChange(before: string, after: string): LineChange | undefined {
  const [from, to] = withoutCommonEnds(linesIn(before), linesIn(after));
  if (from.length === 0 && to.length === 0) return undefined;
  const parts = diffArrays(from, to, { maxEditLength: MAX_EDITS });
  if (parts === undefined) {
    const first = { before: tellingLine(from), after: tellingLine(to) };
    return { added: countWithout(to, from), removed: countWithout(from, to), first };
  }
  const sum = (kind: 'added' | 'removed') =>
    parts.reduce((total, part) => total + (part[kind] ? part.count : 0), 0);
  // The first lines differ, so the first part is no equal one. What replaces removed lines comes right behind them.
  const [first, second] = parts;
  const added = first?.added ? first : second?.added ? second : undefined;
  return {
    added: sum('added'),
    removed: sum('removed'),
    first: {
      before: first?.removed ? tellingLine(first.value) : undefined,
      after: added && tellingLine(added.value),
    },
  };
}

/** How many of the lines have no equal among the others. */
function countWithout(lines: readonly string[], others: readonly string[]): number {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  }).length;
}

/** The first line that is not blank, if there is one. */
function tellingLine(lines: readonly string[]): string | undefined {
  return lines.find((line) => line.trim() !== '') ?? lines[0];
}

function linesIn(text: string): readonly string[] {
  return text === '' ? [] : linesOf(text).lines;
}

function withoutCommonEnds(from: readonly string[], to: readonly string[]): readonly [string[], string[]] {
  const most = Math.min(from.length, to.length);
  let start = 0;
  while (start < most && from[start] === to[start]) start++;
  let end = 0;
  while (end < most - start && from[from.length - 1 - end] === to[to.length - 1 - end]) end++;
  return [from.slice(start, from.length - end), to.slice(start, to.length - end)];
}
