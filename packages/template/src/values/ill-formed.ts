/**
 * Lone surrogates in data. JSON can carry them; Go reads each as U+FFFD. They hardly ever occur, so a render first runs
 * without looking for them where it need not. When one turns up, the render starts again, exactly: with data in which
 * they have been replaced, so that every lone surrogate met from then on stands for a byte (`go-string.ts`).
 */
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

/** A copy in which every string and key is well-formed; of keys that become equal the last one counts. */
export function wellFormedCopy(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (depth > MAX_DEPTH) return value;
  if (isList(value)) return value.map((item) => wellFormedCopy(item, depth + 1));
  if (!isDict(value)) return value;
  // Without a prototype, so that __proto__ is a key like others.
  const copy: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(value)) copy[key.toWellFormed()] = wellFormedCopy(value[key], depth + 1);
  return copy;
}
