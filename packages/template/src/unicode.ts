/**
 * Which code points are letters, digits and printable, as Go sees them. ASCII is answered without the tables,
 * which are decoded on first use.
 */
import { DIGITS, LETTERS, PRINTABLE } from './unicode-tables.ts';

class RangeTable {
  readonly #encoded: string;
  #bounds: Uint32Array | undefined;

  constructor(encoded: string) {
    this.#encoded = encoded;
  }

  has(codePoint: number): boolean {
    this.#bounds ??= decode(this.#encoded);
    const bounds = this.#bounds;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((bounds[middle] ?? 0) <= codePoint) low = middle + 1;
      else high = middle;
    }
    // An odd number of bounds at or below the code point: it lies inside a range.
    return (low & 1) === 1;
  }
}

/** Starts and exclusive ends of the ranges, in turn. */
function decode(encoded: string): Uint32Array {
  const ranges = encoded.split(' ');
  const bounds = new Uint32Array(ranges.length * 2);
  let end = 0;
  ranges.forEach((range, index) => {
    const [distance = '0', extra = '0'] = range.split('.');
    const start = end + Number.parseInt(distance, 36);
    end = start + Number.parseInt(extra, 36) + 1;
    bounds[index * 2] = start;
    bounds[index * 2 + 1] = end;
  });
  return bounds;
}

const letters = new RangeTable(LETTERS);
const digits = new RangeTable(DIGITS);
const printable = new RangeTable(PRINTABLE);

/** Letters, digits and the underscore: what Go's template identifiers are made of. */
export function isIdentifierPart(codePoint: number): boolean {
  if (codePoint < 0x80) {
    return (
      (codePoint >= 0x61 && codePoint <= 0x7a) ||
      (codePoint >= 0x41 && codePoint <= 0x5a) ||
      (codePoint >= 0x30 && codePoint <= 0x39) ||
      codePoint === 0x5f
    );
  }
  return letters.has(codePoint) || digits.has(codePoint);
}

/** `strconv.IsPrint`. */
export function isPrintable(codePoint: number): boolean {
  if (codePoint < 0x7f) return codePoint >= 0x20;
  return printable.has(codePoint);
}
