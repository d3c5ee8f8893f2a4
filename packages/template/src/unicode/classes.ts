/**
 * Which code points are letters, digits and printable, as Go sees them. ASCII is answered without the tables,
 * which are decoded on first use.
 */
import { RangeTable } from './range-table.ts';
import { DIGITS, LETTERS, PRINTABLE } from './tables.ts';

const letters = new RangeTable(LETTERS);
const digits = new RangeTable(DIGITS);
const printable = new RangeTable(PRINTABLE);

/** Letters, digits and the underscore: what Go's template identifiers are made of. */
export function isIdentifierPart(codePoint: number): boolean {
  return codePoint === 0x5f || isLetterOrDigit(codePoint);
}

/** `unicode.IsLetter` or `unicode.IsDigit`. */
export function isLetterOrDigit(codePoint: number): boolean {
  if (codePoint < 0x80) {
    return (
      (codePoint >= 0x61 && codePoint <= 0x7a) ||
      (codePoint >= 0x41 && codePoint <= 0x5a) ||
      (codePoint >= 0x30 && codePoint <= 0x39)
    );
  }
  return letters.has(codePoint) || digits.has(codePoint);
}

/** `unicode.IsLetter`. */
export function isLetter(codePoint: number): boolean {
  return letters.has(codePoint);
}

/** `strconv.IsPrint`. */
export function isPrintable(codePoint: number): boolean {
  if (codePoint < 0x7f) return codePoint >= 0x20;
  return printable.has(codePoint);
}
