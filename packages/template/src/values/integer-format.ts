/** The integer formats of Go's `fmt`: bases, signs, prefixes and leading zeros, but not the padding with spaces. */

import { isPrintable } from '../unicode/classes.ts';
import type { Flags } from './print-flags.ts';

type IntegerFlags = Pick<Flags, 'minus' | 'plus' | 'sharp' | 'space' | 'zero' | 'width' | 'precision'>;

export function formatInteger(
  value: bigint,
  flags: IntegerFlags,
  base: 2 | 8 | 10 | 16,
  verb: string,
): string {
  const isNegative = value < 0n;
  if (flags.precision === 0 && value === 0n) return '';
  const digits = (isNegative ? -value : value).toString(base).padStart(leastDigits(isNegative, flags), '0');
  let text = digits;
  if (flags.sharp) {
    if (base === 2) text = `0b${text}`;
    else if (base === 8 && !text.startsWith('0')) text = `0${text}`;
    else if (base === 16) text = `0x${text}`;
  }
  if (verb === 'O') text = `0o${text}`;
  if (verb === 'X') text = text.toUpperCase();
  if (isNegative) return `-${text}`;
  if (flags.plus) return `+${text}`;
  return flags.space ? ` ${text}` : text;
}

function leastDigits(isNegative: boolean, flags: IntegerFlags): number {
  if (flags.precision !== undefined) return flags.precision;
  if (!flags.zero || flags.minus || flags.width === undefined) return 0;
  return flags.width - (isNegative || flags.plus || flags.space ? 1 : 0);
}

const TWO_TO_64 = 1n << 64n;

/** `%U`, and `%#U` with the character. */
export function formatUnicode(value: bigint, flags: IntegerFlags): string {
  const unsigned = value < 0n ? value + TWO_TO_64 : value;
  const digits = unsigned
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(flags.precision ?? 4, 4), '0');
  const isShown = flags.sharp && unsigned <= 0x10ffffn && isPrintable(Number(unsigned));
  return isShown ? `U+${digits} '${String.fromCodePoint(Number(unsigned))}'` : `U+${digits}`;
}
