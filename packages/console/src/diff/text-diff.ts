/**
 * The diff of two texts as rows, each with its left and right line and, in a rewritten line, the changed words. Lines are
 * compared without their endings, so converting the line endings of a text does not change all its lines. The rows of one
 * side, in order, give that side's text back.
 */
import { diffArrays, diffWordsWithSpace } from 'diff';
import { type LineEnd, type Lines, linesOf } from '../text/mod.ts';

export interface Part {
  readonly text: string;
  readonly isChanged: boolean;
}

export interface Side {
  /** The line's number, from 1. */
  readonly line: number;
  readonly parts: readonly Part[];
  /** Undefined on the last line. */
  readonly end: LineEnd | undefined;
  /** Whether the line ending is part of the diff. */
  readonly isEndShown: boolean;
}

export interface Row {
  /** `ends`: the two lines differ only in their endings. */
  readonly kind: 'same' | 'ends' | 'changed' | 'added' | 'removed';
  readonly left: Side | undefined;
  readonly right: Side | undefined;
}

export interface TextDiff {
  readonly rows: readonly Row[];
  readonly added: number;
  readonly removed: number;
  /** How many lines differ only in their endings. */
  readonly ends: number;
}

/** With more differing lines than this, the middle counts as replaced. The registry's diff has the same limit. */
const MAX_EDITS = 2000;
/** Words are compared only in lines of at most this length: the cost is quadratic. */
const MAX_WORD_DIFF_LENGTH = 5000;
/** Lines that share less than this are two lines, not one rewritten line. */
const LEAST_LIKENESS = 0.35;

export function diffTexts(left: string, right: string): TextDiff {
  const from = linesIn(left);
  const to = linesIn(right);
  const changes = diffArrays([...from.lines], [...to.lines], { maxEditLength: MAX_EDITS }) ?? [
    { value: from.lines, removed: true, added: false },
    { value: to.lines, removed: false, added: true },
  ];
  const pairing = new Pairing(from, to);
  for (const { value, added, removed } of changes) {
    if (removed) pairing.remove(value.length);
    else if (added) pairing.add(value.length);
    else pairing.keep(value.length);
  }
  return pairing.finished();
}

/** An empty text has no lines; a text that ends with a line break has an empty last one. */
function linesIn(text: string): Lines {
  return text === '' ? { lines: [], ends: [] } : linesOf(text);
}

/** Walks through both texts and pairs their lines. */
class Pairing {
  readonly #from: Lines;
  readonly #to: Lines;
  /** Whether the texts have more than one kind of line ending. */
  readonly #endsVary: boolean;
  readonly #rows: Row[] = [];
  #left = 0;
  #right = 0;
  /** Removed and added lines of the current block that are not in rows yet. */
  #removing = 0;
  #adding = 0;
  #removed = 0;
  #added = 0;

  constructor(from: Lines, to: Lines) {
    this.#from = from;
    this.#to = to;
    this.#endsVary = new Set([...from.ends, ...to.ends]).size > 1;
  }

  remove(count: number): void {
    this.#removing += count;
    this.#removed += count;
  }

  add(count: number): void {
    this.#adding += count;
    this.#added += count;
  }

  keep(count: number): void {
    this.#settle();
    for (let kept = 0; kept < count; kept++) {
      const isOtherEnd = this.#hasOtherEnd();
      const kind = isOtherEnd ? 'ends' : 'same';
      this.#rows.push({ kind, left: this.#takeLeft(isOtherEnd), right: this.#takeRight(isOtherEnd) });
    }
  }

  finished(): TextDiff {
    this.#settle();
    const ends = this.#rows.filter(({ kind }) => kind === 'ends').length;
    return { rows: this.#rows, added: this.#added, removed: this.#removed, ends };
  }

  /** Pairs a block of removed lines with the added lines after it, the n-th with the n-th. */
  #settle(): void {
    for (; this.#removing > 0 && this.#adding > 0; this.#removing--, this.#adding--) {
      const isOtherEnd = this.#hasOtherEnd();
      const [before, after] = comparedWords(
        this.#from.lines[this.#left] ?? '',
        this.#to.lines[this.#right] ?? '',
      );
      this.#rows.push({
        kind: 'changed',
        left: this.#takeLeft(isOtherEnd, before),
        right: this.#takeRight(isOtherEnd, after),
      });
    }
    for (; this.#removing > 0; this.#removing--) {
      this.#rows.push({ kind: 'removed', left: this.#takeLeft(this.#endsVary), right: undefined });
    }
    for (; this.#adding > 0; this.#adding--) {
      this.#rows.push({ kind: 'added', left: undefined, right: this.#takeRight(this.#endsVary) });
    }
  }

  /** Whether the next two lines have different endings. A last line has none, which the row after it shows. */
  #hasOtherEnd(): boolean {
    const before = this.#from.ends[this.#left];
    const after = this.#to.ends[this.#right];
    return before !== undefined && after !== undefined && before !== after;
  }

  #takeLeft(isEndShown: boolean, parts?: readonly Part[]): Side {
    return sideOf(this.#from, this.#left++, isEndShown, parts);
  }

  #takeRight(isEndShown: boolean, parts?: readonly Part[]): Side {
    return sideOf(this.#to, this.#right++, isEndShown, parts);
  }
}

function sideOf({ lines, ends }: Lines, at: number, isEndShown: boolean, parts?: readonly Part[]): Side {
  return { line: at + 1, parts: parts ?? whole(lines[at] ?? ''), end: ends[at], isEndShown };
}

function whole(text: string): readonly Part[] {
  return text === '' ? [] : [{ text, isChanged: false }];
}

/** The parts of a rewritten line before and after; each line as one part if the two are not similar. */
function comparedWords(before: string, after: string): readonly [readonly Part[], readonly Part[]] {
  const plain = [whole(before), whole(after)] as const;
  if (before.length > MAX_WORD_DIFF_LENGTH || after.length > MAX_WORD_DIFF_LENGTH) return plain;
  const words = diffWordsWithSpace(before, after);
  const shared = words.reduce(
    (sum, { value, added, removed }) => sum + (added || removed ? 0 : value.length),
    0,
  );
  if (shared < LEAST_LIKENESS * Math.max(before.length, after.length)) return plain;
  return [
    words.filter(({ added }) => !added).map(({ value, removed }) => ({ text: value, isChanged: removed })),
    words.filter(({ removed }) => !removed).map(({ value, added }) => ({ text: value, isChanged: added })),
  ];
}

/** Whether a row, or a line of a unified diff, is where a change begins: what precedes it is the same on both sides. */
export function isFirstOfChange(rows: readonly { readonly kind: string }[], at: number): boolean {
  return rows[at]?.kind !== 'same' && (rows[at - 1]?.kind ?? 'same') === 'same';
}

export type Section =
  | { readonly kind: 'rows'; readonly rows: readonly Row[] }
  /** Unchanged lines that are collapsed. */
  | { readonly kind: 'fold'; readonly rows: readonly Row[] };

/** Collapses long runs of unchanged lines, except `context` lines next to a change. */
export function foldedSections(rows: readonly Row[], context = 3): readonly Section[] {
  const isNear = nearChanges(rows, context);
  const sections: { kind: Section['kind']; rows: Row[] }[] = [];
  for (const [at, row] of rows.entries()) {
    const kind = isNear[at] ? 'rows' : 'fold';
    const last = sections.at(-1);
    if (last?.kind === kind) last.rows.push(row);
    else sections.push({ kind, rows: [row] });
  }
  // A fold takes up a line itself, so folding a single line saves nothing.
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

/** A line of a unified diff. A line that both sides share appears once. */
export interface UnifiedLine {
  readonly kind: 'same' | 'ends' | 'removed' | 'added';
  readonly left: Side | undefined;
  readonly right: Side | undefined;
}

/** The lines of a unified diff: within a block, removed lines come before added lines. */
export function unifiedLines(rows: readonly Row[]): readonly UnifiedLine[] {
  const lines: UnifiedLine[] = [];
  let pending: UnifiedLine[] = [];
  for (const { kind, left, right } of rows) {
    if (kind === 'same' || kind === 'ends') {
      lines.push(...pending, { kind, left, right });
      pending = [];
      continue;
    }
    if (left !== undefined) lines.push({ kind: 'removed', left, right: undefined });
    if (right !== undefined) pending.push({ kind: 'added', left: undefined, right });
  }
  lines.push(...pending);
  return lines;
}
