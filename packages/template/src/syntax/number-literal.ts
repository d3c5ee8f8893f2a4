/** Number and character literals: which Go types a literal fits, as `text/template/parse` decides it. */
import { quote, unquoteCharacter } from '../values/quote.ts';
import { Complex } from '../values/values.ts';

export interface NumberLiteral {
  /** As written. */
  readonly text: string;
  /** The value as an integer, when it fits one of 64 bits. */
  readonly int: bigint | undefined;
  readonly isUint: boolean;
  readonly float: number | undefined;
  readonly complex: Complex | undefined;
}

export type LiteralKind = 'number' | 'character' | 'complex';

/** A literal that Go rejects; the message is Go's. */
export interface LiteralError {
  readonly error: string;
}

const MAX_INT = (1n << 63n) - 1n;
const MIN_INT = -(1n << 63n);
const MAX_UINT = (1n << 64n) - 1n;

export function parseNumber(text: string, kind: LiteralKind): NumberLiteral | LiteralError {
  if (kind === 'character') return characterLiteral(text);
  if (kind === 'complex') return complexLiteral(text);
  if (text.endsWith('i')) {
    const imaginary = parseFloat64(text.slice(0, -1));
    if (typeof imaginary === 'number') return fromComplex(text, new Complex(0, imaginary));
  }
  const uint = parseUint(text);
  const int = parseInt64(text);
  if (int !== undefined)
    return { text, int, isUint: uint !== undefined || int === 0n, float: Number(int), complex: undefined };
  if (uint !== undefined) return { text, int, isUint: true, float: Number(uint), complex: undefined };
  const float = parseFloat64(text);
  if (typeof float !== 'number') return { error: `illegal number syntax: ${quote(text)}` };
  if (!/[.eEpP]/.test(text)) return { error: `integer overflow: ${quote(text)}` };
  return { text, ...integers(float), float, complex: undefined };
}

function characterLiteral(text: string): NumberLiteral | LiteralError {
  const character = unquoteCharacter(text, 1, "'");
  if (character === undefined) return { error: 'invalid syntax' };
  if (text.slice(character.end) !== "'") return { error: `malformed character constant: ${text}` };
  return { text, int: BigInt(character.value), isUint: true, float: character.value, complex: undefined };
}

function fromComplex(text: string, complex: Complex): NumberLiteral {
  if (complex.imaginary !== 0) return { text, int: undefined, isUint: false, float: undefined, complex };
  return { text, ...integers(complex.real), float: complex.real, complex };
}

function integers(float: number): { int: bigint | undefined; isUint: boolean } {
  if (!Number.isInteger(float)) return { int: undefined, isUint: false };
  const int = BigInt(float);
  return { int: int >= MIN_INT && int <= MAX_INT ? int : undefined, isUint: int >= 0n && int <= MAX_UINT };
}

/** `strconv.ParseInt(text, 0, 64)`. */
function parseInt64(text: string): bigint | undefined {
  const signed = text.startsWith('-') || text.startsWith('+');
  const size = parseUint(signed ? text.slice(1) : text);
  if (size === undefined) return undefined;
  const value = text.startsWith('-') ? -size : size;
  return value >= MIN_INT && value <= MAX_INT ? value : undefined;
}

/** `strconv.ParseUint(text, 0, 64)`. */
function parseUint(text: string): bigint | undefined {
  const digits = integerDigits(text);
  if (digits === undefined || (text.includes('_') && !underscoresAllowed(text))) return undefined;
  // 64 binary digits are the most that any number in range has, leading zeros apart.
  const significant = digits.digits.replaceAll('_', '').replace(/^0+/, '');
  if (significant.length > 64) return undefined;
  const value = BigInt(digits.prefix + (significant === '' ? '0' : significant));
  return value <= MAX_UINT ? value : undefined;
}

function integerDigits(text: string): { prefix: string; digits: string } | undefined {
  if (/^0[xX][0-9a-fA-F_]+$/.test(text)) return { prefix: '0x', digits: text.slice(2) };
  if (/^0[oO][0-7_]+$/.test(text)) return { prefix: '0o', digits: text.slice(2) };
  if (/^0[bB][01_]+$/.test(text)) return { prefix: '0b', digits: text.slice(2) };
  if (/^0[0-7_]*$/.test(text)) return { prefix: '0o', digits: text };
  if (/^[1-9_][0-9_]*$/.test(text)) return { prefix: '', digits: text };
  return undefined;
}

/** Whether each underscore stands between digits; a base prefix counts as a digit. */
function underscoresAllowed(number: string): boolean {
  const text = number.replace(/^[+-]/, '');
  const prefixed = /^0[xXoObB]/.test(text);
  const digit = /^0[xX]/.test(text) ? /[0-9a-fA-F]/ : /[0-9]/;
  let before = prefixed ? 'digit' : 'start';
  for (let i = prefixed ? 2 : 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (digit.test(character)) before = 'digit';
    else if (character === '_') {
      if (before !== 'digit') return false;
      before = 'underscore';
    } else {
      if (before === 'underscore') return false;
      before = 'other';
    }
  }
  return before !== 'underscore';
}

type FloatFault = 'invalid syntax' | 'value out of range';

/** `strconv.ParseFloat(text, 64)`. */
function parseFloat64(text: string): number | FloatFault {
  if (text.includes('_') && !underscoresAllowed(text)) return 'invalid syntax';
  const digits = text.replaceAll('_', '');
  let value: number | undefined;
  if (/^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(digits)) value = Number(digits);
  else value = hexFloat(digits);
  if (value === undefined) return 'invalid syntax';
  return Number.isFinite(value) ? value : 'value out of range';
}

function hexFloat(text: string): number | undefined {
  const match = /^([+-]?)0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?[pP]([+-]?\d+)$/.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if (whole + fraction === '') return undefined;
  const size = scaled(BigInt(`0x${whole}${fraction}`), Number(exponent) - 4 * fraction.length);
  return sign === '-' ? -size : size;
}

/** mantissa × 2^exponent, rounded to the nearest float, halves to even. */
function scaled(mantissa: bigint, exponent: number): number {
  if (mantissa === 0n) return 0;
  const bits = mantissa.toString(2).length;
  const magnitude = bits + exponent;
  if (magnitude > 1024) return Number.POSITIVE_INFINITY;
  if (magnitude < -1074) return 0;
  // Fewer bits are kept below the normal range.
  const kept = Math.min(53, magnitude + 1074);
  const drop = bits - kept;
  if (drop <= 0) return timesPowerOfTwo(Number(mantissa), exponent);
  const divisor = 1n << BigInt(drop);
  const remainder = mantissa % divisor;
  let quotient = mantissa / divisor;
  const half = divisor / 2n;
  if (remainder > half || (remainder === half && quotient % 2n === 1n)) quotient += 1n;
  return timesPowerOfTwo(Number(quotient), exponent + drop);
}

/** Exact as long as the result is; in steps, since 2^exponent itself may lie outside the range. */
function timesPowerOfTwo(value: number, exponent: number): number {
  let result = value;
  let left = exponent;
  while (left > 1000) {
    result *= 2 ** 1000;
    left -= 1000;
  }
  while (left < -1000) {
    result *= 2 ** -1000;
    left += 1000;
  }
  return result * 2 ** left;
}

const COMPLEX_SYNTAX: LiteralError = { error: 'syntax error scanning complex number' };

/** `1+2i`, which Go reads with `fmt.Sscan`, hence the wording of its errors. */
function complexLiteral(text: string): NumberLiteral | LiteralError {
  const real = floatToken(text, 0);
  const sign = text.charAt(real.length);
  if (sign !== '+' && sign !== '-') return COMPLEX_SYNTAX;
  const imaginary = floatToken(text, real.length + 1);
  if (text.charAt(real.length + 1 + imaginary.length) !== 'i') return COMPLEX_SYNTAX;
  const values: number[] = [];
  for (const token of [real, sign + imaginary]) {
    const value = parseFloat64(token);
    if (typeof value !== 'number') return { error: `strconv.ParseFloat: parsing ${quote(token)}: ${value}` };
    values.push(value);
  }
  const [realPart = 0, imaginaryPart = 0] = values;
  return fromComplex(text, new Complex(realPart, imaginaryPart));
}

/** The longest prefix that Go's scanner takes for a float; a leading `i` is tried as `Inf` and consumed. */
function floatToken(text: string, start: number): string {
  const pattern =
    /[+-]?[iI]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eEpP][+-]?[0-9_]*)?)/y;
  pattern.lastIndex = start;
  return pattern.exec(text)?.[0] ?? '';
}
