/**
 * What is wrong with a set of variables. It may be wrong in a million places, of which a few are told: the others are only counted. So the
 * elements of a list are visited in the order of their paths, and once enough was found in a list nothing more is kept of it.
 */
import { compareStrings } from '@px0/template';

/** More of one kind than fit into the header, where each takes 12 bytes at least. */
export const MOST_KEPT = 160;

/** Where a value stands. Its path is written only where something is found. */
export interface Place {
  readonly above: Place | undefined;
  readonly step: string;
}

export const ROOT: Place = { above: undefined, step: '' };

function pathOf(place: Place): string {
  const steps: string[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = at.above) steps.push(at.step);
  const path = steps.reverse().join('');
  return path === '' ? 'variables' : path;
}

interface AtPath {
  readonly path: string;
}

/** A key that an object lacks, or that its schema does not know. */
export interface Key {
  /** The key that may be meant by it. */
  readonly meant: () => string | undefined;
}

export type KeyFound = Key & AtPath;

/** What was found of one kind: how often, and the first of it in the order of paths. */
class Found<What> {
  total = 0;
  readonly #kept: (What & AtPath)[] = [];
  #isCounting = false;

  add(place: Place, what: What): void {
    this.total += 1;
    if (!this.#isCounting) this.#kept.push({ path: pathOf(place), ...what });
  }

  /** Before an element of a list: tells by what was kept since the list began whether all that follows is only counted. */
  nextElement({ kept }: ListBegun): void {
    this.#isCounting ||= this.#kept.length - kept >= MOST_KEPT;
  }

  beginList(): ListBegun {
    return { kept: this.#kept.length, isCounting: this.#isCounting };
  }

  endList({ isCounting }: ListBegun): void {
    this.#isCounting = isCounting;
  }

  first(count = MOST_KEPT): readonly (What & AtPath)[] {
    return this.#kept.sort((a, b) => compareStrings(a.path, b.path)).slice(0, count);
  }
}

interface ListBegun {
  readonly kept: number;
  readonly isCounting: boolean;
}

export class Findings {
  readonly missing = new Found<Key>();
  readonly unknown = new Found<Key>();
  readonly invalid = new Found<{ readonly must: string }>();

  /** Visits the elements of a list of so many in the order of their paths. */
  ofElements(count: number, visit: (index: number) => void): void {
    const kinds = [this.missing, this.unknown, this.invalid].map((kind) => ({
      kind,
      begun: kind.beginList(),
    }));
    for (const index of inOrderOfText(count)) {
      for (const { kind, begun } of kinds) kind.nextElement(begun);
      visit(index);
    }
    for (const { kind, begun } of kinds) kind.endList(begun);
  }
}

/** The numbers below `count` as their texts in brackets are ordered: [0], [10], [11], [1], since a bracket comes behind the digits. */
export function* inOrderOfText(count: number): Generator<number> {
  if (count > 0) yield 0;
  for (let first = 1; first <= 9; first += 1) yield* beginningWith(first, count);
}

function* beginningWith(number: number, count: number): Generator<number> {
  if (number >= count) return;
  for (let digit = 0; digit <= 9; digit += 1) yield* beginningWith(number * 10 + digit, count);
  yield number;
}
