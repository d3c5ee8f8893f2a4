/**
 * What a render has found out about long texts and large maps. A template may ask about the same one a hundred thousand
 * times, and many questions cost it no steps, so they must not cost a walk through the value each time.
 */
import { hasLittleSpaceAround, trimSpace } from '../unicode/white-space.ts';
import { byteLength } from './go-string.ts';
import { checkText } from './ill-formed.ts';
import type { Meter } from './meter.ts';
import { sortedKeys } from './sorted-keys.ts';
import { TextTable } from './text-table.ts';
import type { Dict, List } from './values.ts';

/** Walking through a shorter text takes no longer than looking it up. */
const LONG_UNITS = 1024;

/** Beyond either of these everything is forgotten: as many texts as are worth it, and as much memory as they may hold. */
const MAX_TEXTS = 512;
const MAX_UNITS = 8 * 1024 * 1024;

/** The keys of smaller maps are not worth it, unless they are long. */
const LARGE_MAP_KEYS = 16;
const LONG_KEY_UNITS = 256;

/** Walking through a shorter list takes no longer than looking it up. */
const LONG_LIST_ITEMS = 64;

/** What walking through a text takes for each unit. */
const NANOSECONDS_PER_UNIT = 4;

interface LongText {
  readonly bytes: number;
  readonly isWellFormed: boolean;
  trimmed: string | undefined;
}

export class Known {
  readonly #isExact: boolean;
  readonly #meter: Meter | undefined;
  readonly #texts = new TextTable<LongText>();
  #units = 0;
  readonly #keys = new WeakMap<Dict, readonly string[]>();
  readonly #presentItems = new WeakMap<List, List>();
  readonly #visibleItems = new WeakMap<List, List>();

  /** `isExact`: see `ill-formed.ts`. */
  constructor(isExact: boolean, meter?: Meter) {
    this.#isExact = isExact;
    this.#meter = meter;
  }

  /** The length of a text in bytes. */
  byteLength(text: string): number {
    if (text.length >= LONG_UNITS) return this.#checked(text).bytes;
    checkText(text, this.#isExact);
    return byteLength(text);
  }

  /** The text without white space around it. */
  trimmed(text: string): string {
    if (text.length < LONG_UNITS || hasLittleSpaceAround(text)) {
      const trimmed = trimSpace(text);
      checkText(trimmed, this.#isExact);
      return trimmed;
    }
    const known = this.#checked(text);
    known.trimmed ??= trimSpace(text);
    return known.trimmed;
  }

  /** `checkText` for a text of which perhaps nothing is read. */
  check(text: string): void {
    if (text.length >= LONG_UNITS) this.#checked(text);
    else checkText(text, this.#isExact);
  }

  /** The map's keys in Go's order. */
  keys(dict: Dict): readonly string[] {
    const known = this.#keys.get(dict);
    if (known !== undefined) return known;
    const keys = sortedKeys(dict, this.#isExact, this.#meter);
    if (keys.length > LARGE_MAP_KEYS || keys.some((key) => key.length > LONG_KEY_UNITS))
      this.#keys.set(dict, keys);
    return keys;
  }

  /** The items of a list that `join` prints: those that are not nil, and without a separator those that are not empty texts. */
  joined(list: List, isSeparated: boolean): List {
    if (list.length < LONG_LIST_ITEMS) return list.every(isPresent) ? list : list.filter(isPresent);
    const known = isSeparated ? this.#presentItems : this.#visibleItems;
    let items = known.get(list);
    if (items === undefined) {
      items = list.filter(isSeparated ? isPresent : isVisible);
      known.set(list, items);
    }
    return items;
  }

  #checked(text: string): LongText {
    const known = this.#texts.get(text) ?? this.#learn(text);
    if (!known.isWellFormed) checkText(text, this.#isExact);
    return known;
  }

  #learn(text: string): LongText {
    this.#meter?.proceed(text.length * NANOSECONDS_PER_UNIT);
    this.#units += text.length;
    if (this.#texts.size >= MAX_TEXTS || this.#units > MAX_UNITS) {
      this.#texts.clear();
      this.#units = text.length;
    }
    const known = { bytes: byteLength(text), isWellFormed: text.isWellFormed(), trimmed: undefined };
    this.#texts.add(text, known);
    return known;
  }
}

function isPresent(item: unknown): boolean {
  return item !== null && item !== undefined;
}

function isVisible(item: unknown): boolean {
  return isPresent(item) && item !== '';
}
