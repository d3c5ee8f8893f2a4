/**
 * Lone surrogates in data. JSON can carry them; Go reads each as U+FFFD. They hardly ever occur, so a render first runs
 * without looking for them where it need not. When one turns up, the render starts again, exactly: with data in which
 * they have been replaced, so that every lone surrogate met from then on stands for a byte (`go-string.ts`).
 */
import type { Meter } from './meter.ts';
import { isDict, isList } from './values.ts';

/** Asks for the exact render. */
export class IllFormedData extends Error {
  constructor() {
    super('data with lone surrogates');
  }
}

export function checkText(text: string, isExact: boolean): void {
  if (!isExact && !text.isWellFormed()) throw new IllFormedData();
}

/** Deeper data is refused wherever it is printed. */
const MAX_DEPTH = 1000;

/** What copying a list's item or a map's entry takes at most. */
const NANOSECONDS_PER_ITEM = 300;

/** A copy in which every string and key is well-formed; of keys that become equal the last one counts. */
export function wellFormedCopy(value: unknown, meter?: Meter, depth = 0): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (depth > MAX_DEPTH) return value;
  if (isList(value)) {
    meter?.proceed(value.length * NANOSECONDS_PER_ITEM);
    return value.map((item) => wellFormedCopy(item, meter, depth + 1));
  }
  if (!isDict(value)) return value;
  // Without a prototype, so that __proto__ is a key like others.
  const copy: Record<string, unknown> = Object.create(null);
  const keys = Object.keys(value);
  meter?.proceed(keys.length * NANOSECONDS_PER_ITEM);
  for (const key of keys) copy[key.toWellFormed()] = wellFormedCopy(value[key], meter, depth + 1);
  return copy;
}
