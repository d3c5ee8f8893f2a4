/**
 * The difference of two texts as rows for a page: what both sides show on one line, with the changed words of a line
 * that was rewritten. Lines are compared without their ends, so a text whose line ends were converted is not a text of other
 * lines. Taking one side's rows in order gives that text back.
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
  /** Whether the end is part of the difference. */
  readonly isEndShown: boolean;
}

export interface Row {
  /** `ends`: the two lines differ in their ends only. */
  readonly kind: 'same' | 'ends' | 'changed' | 'added' | 'removed';
  readonly left: Side | undefined;
  readonly right: Side | undefined;
}

export interface TextDiff {
  readonly rows: readonly Row[];
  readonly added: number;
  readonly removed: number;
  /** How many lines differ in their ends only. */
  readonly ends: number;
}

/** Beyond this many differing lines the middle counts as replaced; the registry's own diff has the same bound. */
const MAX_EDITS = 2000;
/** Words are compared only in lines of at most this length: the cost is quadratic. */
const MAX_WORD_DIFF_LENGTH = 5000;
/** Two lines that share less than this are two lines, not one that was rewritten. */
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

/** Walks through both texts and sets their lines side by side. */
class Pairing {
  readonly #from: Lines;
  readonly #to: Lines;
  /** Whether the texts have line ends of more than one kind. */
  readonly #endsVary: boolean;
  readonly #rows: Row[] = [];
  #left = 0;
  #right = 0;
  /** Lines of a block that are removed and added, but not yet in rows. */
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

  /** A block of removed lines and the added ones after it: the n-th of both stand side by side. */
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

  /** Whether the next two lines end differently. That one of them is the last of its text is seen by the line after the other. */
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

/** The parts of a line that was rewritten, before and after; each line whole where the two are not alike. */
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

/** A line of one column. What is on both sides stands there once. */
export interface UnifiedLine {
  readonly kind: 'same' | 'ends' | 'removed' | 'added';
  readonly left: Side | undefined;
  readonly right: Side | undefined;
}

/** Rows for one column: a changed line as what it was, then what it is; removed lines of a block before added ones. */
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
