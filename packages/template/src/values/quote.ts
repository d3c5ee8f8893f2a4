/** Go's string literals, written (`strconv.Quote` and its kin) and read (`strconv.Unquote`). */

import { isPrintable } from '../unicode/classes.ts';
import { byteUnit, canonical, runeText, strayByte } from './go-string.ts';

const SHORT_ESCAPES: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
};

/** Everything here stands for itself between double quotes. */
const plainAscii = /^[ !#-[\]-~]*$/;

/** `strconv.Quote`. */
export function quote(text: string): string {
  return `"${quotePiece(text)}"`;
}

/** What stands between the quotes of `strconv.Quote`, for a piece of a text that cuts no character. */
export function quotePiece(text: string): string {
  return plainAscii.test(text) ? text : escapedText(text, '"', false);
}

/** The same of `strconv.QuoteToASCII`. */
export function quotePieceToAscii(text: string): string {
  return plainAscii.test(text) ? text : escapedText(text, '"', true);
}

/** `strconv.QuoteRune`, for any number. */
export function quoteRune(codePoint: number, asciiOnly: boolean): string {
  return `'${escapedText(runeText(codePoint), "'", asciiOnly)}'`;
}

function escapedText(text: string, mark: string, asciiOnly: boolean): string {
  // Joined at once: added one by one, the parts would take many times the text's memory.
  const parts: string[] = [];
  let plainFrom = 0;
  for (let i = 0; i < text.length; i++) {
    const start = i;
    const codePoint = text.codePointAt(i) ?? 0;
    if (codePoint > 0xffff) i += 1;
    if (isPlain(codePoint, mark, asciiOnly)) continue;
    parts.push(text.slice(plainFrom, start), escaped(codePoint, mark));
    plainFrom = i + 1;
  }
  parts.push(text.slice(plainFrom));
  return parts.join('');
}

function isPlain(codePoint: number, mark: string, asciiOnly: boolean): boolean {
  if (codePoint >= 0x80) return !asciiOnly && strayByte(codePoint) < 0 && isPrintable(codePoint);
  return codePoint >= 0x20 && codePoint !== 0x7f && codePoint !== 0x5c && codePoint !== mark.charCodeAt(0);
}

/** A character that does not stand for itself. */
function escaped(codePoint: number, mark: string): string {
  const byte = strayByte(codePoint);
  if (byte >= 0) return `\\x${hex(byte, 2)}`;
  const short = SHORT_ESCAPES[codePoint];
  if (short !== undefined) return short;
  if (codePoint === 0x5c || codePoint === mark.charCodeAt(0)) return `\\${String.fromCharCode(codePoint)}`;
  if (codePoint < 0x20 || codePoint === 0x7f) return `\\x${hex(codePoint, 2)}`;
  return codePoint < 0x10000 ? `\\u${hex(codePoint, 4)}` : `\\U${hex(codePoint, 8)}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/** `strconv.CanBackquote`. */
export function canBackquote(text: string): boolean {
  if (!text.isWellFormed()) return false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if ((unit < 0x20 && unit !== 0x09) || unit === 0x60 || unit === 0x7f || unit === 0xfeff) return false;
  }
  return true;
}

/** `%#U`: `U+0021 '!'`, without the character when it cannot be printed. */
export function describeRune(codePoint: number): string {
  const shown = codePoint < 0 ? 'FFFFFFFFFFFFFFFF' : codePoint.toString(16).toUpperCase().padStart(4, '0');
  return codePoint >= 0 && isPrintable(codePoint)
    ? `U+${shown} '${String.fromCodePoint(codePoint)}'`
    : `U+${shown}`;
}

/** `strconv.Unquote` for double-quoted and raw literals; nothing when the literal is malformed. */
export function unquote(literal: string): string | undefined {
  const body = literal.slice(1, -1);
  if (literal.startsWith('`')) return body.replaceAll('\r', '');
  if (!body.includes('\\')) return body;
  let text = '';
  for (let i = 0; i < body.length; ) {
    const character = unquoteCharacter(body, i, '"');
    if (character === undefined) return undefined;
    text += character.isByte ? byteUnit(character.value) : String.fromCodePoint(character.value);
    i = character.end;
  }
  return canonical(text);
}

export interface UnquotedCharacter {
  readonly value: number;
  /** Written as `\x..` or in octal: a byte of a string, not a character. */
  readonly isByte: boolean;
  readonly end: number;
}

const SIMPLE_ESCAPES: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
};
const HEX_ESCAPES: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
const hexDigits = /^[0-9a-fA-F]+$/;
const threeOctalDigits = /^[0-7]{3}$/;

/** `strconv.UnquoteChar` at `start`; nothing when the text there is malformed. */
export function unquoteCharacter(text: string, start: number, mark: string): UnquotedCharacter | undefined {
  const value = text.codePointAt(start);
  if (value === undefined || text[start] === mark) return undefined;
  if (value !== 0x5c) return { value, isByte: false, end: start + (value > 0xffff ? 2 : 1) };
  const letter = text[start + 1];
  if (letter === undefined) return undefined;
  const after = start + 2;
  const simple = Object.hasOwn(SIMPLE_ESCAPES, letter) ? SIMPLE_ESCAPES[letter] : undefined;
  if (simple !== undefined) return { value: simple, isByte: false, end: after };
  if (letter === mark) return { value: letter.charCodeAt(0), isByte: false, end: after };
  const width = Object.hasOwn(HEX_ESCAPES, letter) ? HEX_ESCAPES[letter] : undefined;
  if (width !== undefined) return hexEscape(text.slice(after, after + width), width, after + width);
  const octal = text.slice(start + 1, start + 4);
  if (!threeOctalDigits.test(octal)) return undefined;
  const byte = Number.parseInt(octal, 8);
  return byte > 255 ? undefined : { value: byte, isByte: true, end: start + 4 };
}

function hexEscape(digits: string, width: number, end: number): UnquotedCharacter | undefined {
  if (digits.length !== width || !hexDigits.test(digits)) return undefined;
  const value = Number.parseInt(digits, 16);
  if (width === 2) return { value, isByte: true, end };
  if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return undefined;
  return { value, isByte: false, end };
}
