/**
 * The difference of two texts as rows for a page: what both sides show on one line, with the changed words of a line
 * that was rewritten. Taking one side's rows in order gives that text back.
 */
import { diffArrays, diffWordsWithSpace } from 'diff';

export interface Part {
  readonly text: string;
  readonly isChanged: boolean;
}

export interface Side {
  /** The line's number, from 1. */
  readonly line: number;
  readonly parts: readonly Part[];
}

export interface Row {
  readonly kind: 'same' | 'changed' | 'added' | 'removed';
  readonly left: Side | undefined;
  readonly right: Side | undefined;
}

export interface TextDiff {
  readonly rows: readonly Row[];
  readonly added: number;
  readonly removed: number;
}

/** Beyond this many differing lines the middle counts as replaced; the registry's own diff has the same bound. */
const MAX_EDITS = 2000;
/** Words are compared only in lines of at most this length: the cost is quadratic. */
const MAX_WORD_DIFF_LENGTH = 5000;
/** Two lines that share less than this are two lines, not one that was rewritten. */
const LEAST_LIKENESS = 0.35;

export function diffTexts(left: string, right: string): TextDiff {
  const from = linesOf(left);
  const to = linesOf(right);
  const changes = diffArrays(from, to, { maxEditLength: MAX_EDITS }) ?? replaced(from, to);
  const rows: Row[] = [];
  let removedLines: string[] = [];
  let addedLines: string[] = [];
  let leftLine = 1;
  let rightLine = 1;
  let added = 0;
  let removed = 0;
  const settle = () => {
    const settled = pairedRows(removedLines, addedLines, leftLine, rightLine);
    rows.push(...settled);
    leftLine += removedLines.length;
    rightLine += addedLines.length;
    removedLines = [];
    addedLines = [];
  };
  for (const change of changes) {
    if (change.removed) {
      removedLines.push(...change.value);
      removed += change.value.length;
    } else if (change.added) {
      addedLines.push(...change.value);
      added += change.value.length;
    } else {
      settle();
      for (const text of change.value) {
        rows.push({ kind: 'same', left: whole(leftLine++, text), right: whole(rightLine++, text) });
      }
    }
  }
  settle();
  return { rows, added, removed };
}

/** Lines without their ends. An empty text has no lines; a text that ends with a new line has an empty last one. */
function linesOf(text: string): string[] {
  return text === '' ? [] : text.split('\n');
}

function replaced(from: string[], to: string[]) {
  return [
    { value: from, removed: true, added: false },
    { value: to, removed: false, added: true },
  ];
}

function whole(line: number, text: string): Side {
  return { line, parts: text === '' ? [] : [{ text, isChanged: false }] };
}

/** A block of removed lines and the added ones after it: the n-th of both stand side by side where they are alike. */
function pairedRows(removed: string[], added: string[], leftLine: number, rightLine: number): Row[] {
  const rows: Row[] = [];
  const pairs = Math.min(removed.length, added.length);
  for (let at = 0; at < pairs; at++) {
    rows.push(pairedRow(removed[at] ?? '', added[at] ?? '', leftLine + at, rightLine + at));
  }
  for (let at = pairs; at < removed.length; at++) {
    rows.push({ kind: 'removed', left: whole(leftLine + at, removed[at] ?? ''), right: undefined });
  }
  for (let at = pairs; at < added.length; at++) {
    rows.push({ kind: 'added', left: undefined, right: whole(rightLine + at, added[at] ?? '') });
  }
  return rows;
}

function pairedRow(before: string, after: string, leftLine: number, rightLine: number): Row {
  const plain: Row = { kind: 'changed', left: whole(leftLine, before), right: whole(rightLine, after) };
  if (before.length > MAX_WORD_DIFF_LENGTH || after.length > MAX_WORD_DIFF_LENGTH) return plain;
  const words = diffWordsWithSpace(before, after);
  const shared = words.reduce(
    (sum, { value, added, removed }) => sum + (added || removed ? 0 : value.length),
    0,
  );
  if (shared < LEAST_LIKENESS * Math.max(before.length, after.length)) return plain;
  return {
    kind: 'changed',
    left: {
      line: leftLine,
      parts: words
        .filter(({ added }) => !added)
        .map(({ value, removed }) => ({ text: value, isChanged: removed })),
    },
    right: {
      line: rightLine,
      parts: words
        .filter(({ removed }) => !removed)
        .map(({ value, added }) => ({ text: value, isChanged: added })),
    },
  };
}

export type Section =
  | { readonly kind: 'rows'; readonly rows: readonly Row[] }
  /** Equal lines that are folded away. */
  | { readonly kind: 'fold'; readonly rows: readonly Row[] };

/** The rows with long stretches of equal lines folded, except `context` lines next to a change. */
export function foldedSections(rows: readonly Row[], context = 3): readonly Section[] {
  const isNear = nearChanges(rows, context);
  const sections: { kind: Section['kind']; rows: Row[] }[] = [];
  for (const [at, row] of rows.entries()) {
    const kind = isNear[at] ? 'rows' : 'fold';
    const last = sections.at(-1);
    if (last?.kind === kind) last.rows.push(row);
    else sections.push({ kind, rows: [row] });
  }
  // A fold takes a line itself, so one that hides a single line hides nothing.
  return sections.map((section) => (section.rows.length === 1 ? { ...section, kind: 'rows' } : section));
}

function nearChanges(rows: readonly Row[], context: number): boolean[] {
  const isNear = rows.map(() => false);
  for (const [at, row] of rows.entries()) {
    if (row.kind === 'same') continue;
    isNear.fill(true, Math.max(0, at - context), Math.min(rows.length, at + context + 1));
  }
  return isNear;
}

/** Rows for one column: a changed line as what it was, then what it is; removed lines of a block before added ones. */
export interface UnifiedLine {
  readonly kind: 'same' | 'removed' | 'added';
  readonly leftLine: number | undefined;
  readonly rightLine: number | undefined;
  readonly parts: readonly Part[];
}

export function unifiedLines(rows: readonly Row[]): readonly UnifiedLine[] {
  const lines: UnifiedLine[] = [];
  let pending: UnifiedLine[] = [];
  for (const { kind, left, right } of rows) {
    if (kind === 'same' && left !== undefined && right !== undefined) {
      lines.push(...pending, { kind, leftLine: left.line, rightLine: right.line, parts: left.parts });
      pending = [];
      continue;
    }
    if (left !== undefined)
      lines.push({ kind: 'removed', leftLine: left.line, rightLine: undefined, parts: left.parts });
    if (right !== undefined)
      pending.push({ kind: 'added', leftLine: undefined, rightLine: right.line, parts: right.parts });
  }
  lines.push(...pending);
  return lines;
}
