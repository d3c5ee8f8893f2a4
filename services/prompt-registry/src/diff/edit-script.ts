/**
 * Finds the lines that two texts share: the edit script of Myers' algorithm, from the `diff` library, as alternating equal and changed
 * regions. Common beginnings and ends are taken off first. Beyond 2,000 differing lines the whole middle counts as replaced, because the
 * algorithm's time is quadratic: two templates of 500,000 lines would block the process for minutes. With the bound, and lines compared as
 * numbers, a structured answer about the two largest texts takes about a second of a worker thread, most of it for writing every line twice.
 * The contract fixes the form of a diff to the byte but not which equal lines are matched; `diff`'s own hunks have another form, so
 * `hunks.ts` and `unified.ts` make them.
 */
import { diffArrays } from 'diff';

/** Lines `[fromStart, fromEnd)` of one text stand where `[toStart, toEnd)` of the other stand. */
export interface Region {
  readonly equal: boolean;
  readonly fromStart: number;
  readonly fromEnd: number;
  readonly toStart: number;
  readonly toEnd: number;
}

/**
 * The search costs time and memory in the square of this number of inserted and deleted lines: some 50 ms here. A person who compares
 * texts with more differences than that sees two texts.
 */
const MAX_EDITS = 2_000;

/** A text's lines: what stands between newlines. A text that ends in one has an empty last line. */
export function linesOf(text: string): string[] {
  return text.split('\n');
}

/** Regions in order, covering both texts, no two neighbours alike. */
export function editScript(from: readonly string[], to: readonly string[]): Region[] {
  const head = commonPrefix(from, to);
  const tail = commonSuffix(from, to, head);
  const fromMiddle = from.slice(head, from.length - tail);
  const toMiddle = to.slice(head, to.length - tail);
  const regions = new Regions();
  regions.add(true, head, head);
  if (fromMiddle.length > 0 && toMiddle.length > 0) addMiddle(regions, fromMiddle, toMiddle);
  else regions.add(false, fromMiddle.length, toMiddle.length);
  regions.add(true, tail, tail);
  return regions.list;
}

function addMiddle(regions: Regions, fromLines: readonly string[], toLines: readonly string[]): void {
  const lines = new DistinctLines();
  const from = lines.numbersOf(fromLines, 1);
  const to = lines.numbersOf(toLines, -1);
  // Each line that one text has more often is an edit, so a search would come to nothing.
  const changes =
    lines.leastEdits > MAX_EDITS ? undefined : diffArrays(from, to, { maxEditLength: MAX_EDITS });
  if (changes === undefined) {
    regions.add(false, from.length, to.length);
    return;
  }
  for (const { added, removed, count } of changes) {
    if (added) regions.add(false, 0, count);
    else if (removed) regions.add(false, count, 0);
    else regions.add(true, count, count);
  }
}

/** Lines as numbers: the search compares lines many millions of times. */
class DistinctLines {
  readonly #numbers = new Map<string, number>();
  /** How much more often each line is in one text than in the other. */
  readonly #surplus: number[] = [];

  numbersOf(lines: readonly string[], sign: 1 | -1): number[] {
    return lines.map((line) => {
      const number = this.#numbers.get(line) ?? this.#numbers.size;
      this.#numbers.set(line, number);
      this.#surplus[number] = (this.#surplus[number] ?? 0) + sign;
      return number;
    });
  }

  get leastEdits(): number {
    return this.#surplus.reduce((sum, surplus) => sum + Math.abs(surplus), 0);
  }
}

/** Joins what is alike, so that in a changed region all deletions and insertions stand together. */
class Regions {
  readonly list: Region[] = [];

  add(equal: boolean, fromCount: number, toCount: number): void {
    if (fromCount === 0 && toCount === 0) return;
    const last = this.list.at(-1);
    const fromStart = last?.fromEnd ?? 0;
    const toStart = last?.toEnd ?? 0;
    const region = { equal, fromStart, fromEnd: fromStart + fromCount, toStart, toEnd: toStart + toCount };
    if (last?.equal === equal) {
      this.list[this.list.length - 1] = { ...region, fromStart: last.fromStart, toStart: last.toStart };
    } else {
      this.list.push(region);
    }
  }
}

function commonPrefix(from: readonly string[], to: readonly string[]): number {
  const end = Math.min(from.length, to.length);
  let length = 0;
  while (length < end && from[length] === to[length]) length += 1;
  return length;
}

function commonSuffix(from: readonly string[], to: readonly string[], head: number): number {
  const end = Math.min(from.length, to.length) - head;
  let length = 0;
  while (length < end && from[from.length - 1 - length] === to[to.length - 1 - length]) length += 1;
  return length;
}

/** Splitting and comparing so much takes a millisecond or two. */
const MAX_LIGHT_CHARACTERS = 128 * 1024;
/** The search among so many lines takes a few milliseconds when none of them are equal. */
const MAX_LIGHT_LINES = 150;

/** Whether two texts are compared within a few milliseconds. */
export function isLightDiff(from: string, to: string): boolean {
  if (from.length + to.length > MAX_LIGHT_CHARACTERS) return false;
  const fromLines = linesOf(from);
  const toLines = linesOf(to);
  const head = commonPrefix(fromLines, toLines);
  const same = head + commonSuffix(fromLines, toLines, head);
  return fromLines.length + toLines.length - 2 * same <= MAX_LIGHT_LINES;
}
