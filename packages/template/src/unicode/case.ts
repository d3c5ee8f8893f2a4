/**
 * Upper and lower case of Unicode 15, one code point for one code point: Go's `unicode.ToUpper` and `unicode.ToLower`. The platform's own
 * mapping grows with its releases: `ƛ` (U+019B) has had a capital since Unicode 16.
 */
import { LOWER, UPPER } from './tables.ts';

class CaseTable {
  readonly #encoded: string;
  #mapped: ReadonlyMap<number, number> | undefined;

  constructor(encoded: string) {
    this.#encoded = encoded;
  }

  map(codePoint: number): number {
    this.#mapped ??= decode(this.#encoded);
    return this.#mapped.get(codePoint) ?? codePoint;
  }
}

const RANGE = /^([0-9a-z]+)(?:([.:])([0-9a-z]+))?([+-][0-9a-z]+)$/;

function decode(encoded: string): Map<number, number> {
  const mapped = new Map<number, number>();
  let end = 0;
  for (const range of encoded.split(' ')) {
    const [, gap = '0', separator, extra = '0', distance = '0'] = RANGE.exec(range) ?? [];
    const step = separator === ':' ? 2 : 1;
    let codePoint = end + Number.parseInt(gap, 36);
    for (let left = Number.parseInt(extra, 36); left >= 0; left -= 1) {
      mapped.set(codePoint, codePoint + Number.parseInt(distance, 36));
      end = codePoint + 1;
      codePoint += step;
    }
  }
  return mapped;
}

const upper = new CaseTable(UPPER);
const lower = new CaseTable(LOWER);

/** `unicode.ToUpper`. */
export function simpleUpper(codePoint: number): number {
  return upper.map(codePoint);
}

/** `unicode.ToLower`. */
export function simpleLower(codePoint: number): number {
  return lower.map(codePoint);
}
