/**
 * What is wrong with a set of variables. It may be wrong in a million places, of which a few are told: the others are only counted. So the
 * elements of a list are visited in the order of their paths, and once enough was found in a list nothing more is kept of it.
 */
import { compareStrings } from '@px0/template';

/** More of one kind than fit into the header, where each takes 12 bytes at least. */
export const MOST_KEPT = 160;

/** Where a value stands: what stands for a key in its path, or an index. The path is written only where something is found. */
export interface Place {
  readonly above: Place | undefined;
  readonly step: string | number;
}

export const ROOT: Place = { above: undefined, step: '' };

function pathOf(place: Place): string {
  const steps: string[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = at.above) {
    steps.push(typeof at.step === 'number' ? `[${at.step}]` : at.step);
  }
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

  add(place: Place, what: () => What): void {
    this.total += 1;
    if (!this.#isCounting) this.#kept.push({ path: pathOf(place), ...what() });
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
    const { missing, unknown, invalid } = this;
    const begun = {
      missing: missing.beginList(),
      unknown: unknown.beginList(),
      invalid: invalid.beginList(),
    };
    inOrderOfText(count, (index) => {
      missing.nextElement(begun.missing);
      unknown.nextElement(begun.unknown);
      invalid.nextElement(begun.invalid);
      visit(index);
    });
    missing.endList(begun.missing);
    unknown.endList(begun.unknown);
    invalid.endList(begun.invalid);
  }
}

/** Visits the numbers below `count` as their texts in brackets are ordered: [0], [10], [11], [1], since a bracket comes behind the digits. */
export function inOrderOfText(count: number, visit: (index: number) => void): void {
  if (count > 0) visit(0);
  for (let first = 1; first <= 9; first += 1) beginningWith(first, count, visit);
}

function beginningWith(number: number, count: number, visit: (index: number) => void): void {
  if (number >= count) return;
  if (number * 10 < count) {
    for (let digit = 0; digit <= 9; digit += 1) beginningWith(number * 10 + digit, count, visit);
  }
  visit(number);
}
