/**
 * Go's strings are bytes; here they are JavaScript strings. A byte that is no part of valid UTF-8 is kept as the lone
 * surrogate U+DC00 + byte, which valid text never contains, so ordinary strings need no conversion at all. A string is
 * canonical when no run of such units spells valid UTF-8; every function here returns canonical strings.
 */

const encoder = new TextEncoder();
const REPLACEMENT = 0xfffd;

interface ByteCounter {
  byteLength(text: string): number;
}

/** Node's own counting, which browsers lack, is several times faster. */
const { Buffer: native }: { readonly Buffer?: ByteCounter } = globalThis;

/** Calling what is native pays from this length on. */
const NATIVE_UNITS = 24;

/** How many bytes the string has in Go. */
export function byteLength(text: string): number {
  if (native === undefined || text.length < NATIVE_UNITS) return countBytes(text);
  const bytes = native.byteLength(text);
  // It takes a stray byte for U+FFFD.
  return bytes === text.length || text.isWellFormed() ? bytes : countBytes(text);
}

function countBytes(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) length += 1;
    else if (unit < 0xd800 || unit > 0xdfff) length += 2;
    else if (unit < 0xdc00) {
      // A high surrogate is always followed by its low one; the pair has four bytes and counted two so far.
      length += 2;
      i += 1;
    }
    // A lone low surrogate stands for one byte.
  }
  return length;
}

export function toBytes(text: string): Uint8Array {
  if (text.length >= NATIVE_UNITS && text.isWellFormed()) return encoder.encode(text);
  const bytes = new Uint8Array(byteLength(text));
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const codePoint = text.codePointAt(i) ?? 0;
    if (codePoint > 0xffff) i += 1;
    if (codePoint >= 0xdc00 && codePoint <= 0xdfff) bytes[at++] = codePoint & 0xff;
    else at = writeCodePoint(bytes, at, codePoint);
  }
  return bytes;
}

function writeCodePoint(bytes: Uint8Array, start: number, codePoint: number): number {
  let at = start;
  if (codePoint < 0x80) bytes[at++] = codePoint;
  else if (codePoint < 0x800) {
    bytes[at++] = 0xc0 | (codePoint >> 6);
    bytes[at++] = 0x80 | (codePoint & 0x3f);
  } else if (codePoint < 0x10000) {
    bytes[at++] = 0xe0 | (codePoint >> 12);
    bytes[at++] = 0x80 | ((codePoint >> 6) & 0x3f);
    bytes[at++] = 0x80 | (codePoint & 0x3f);
  } else {
    bytes[at++] = 0xf0 | (codePoint >> 18);
    bytes[at++] = 0x80 | ((codePoint >> 12) & 0x3f);
    bytes[at++] = 0x80 | ((codePoint >> 6) & 0x3f);
    bytes[at++] = 0x80 | (codePoint & 0x3f);
  }
  return at;
}

export function fromBytes(bytes: Uint8Array): string {
  return textOfUnits((push) => {
    for (let i = 0; i < bytes.length; ) {
      const width = sequenceWidth(bytes, i);
      push(width === 0 ? 0xdc00 + (bytes[i] ?? 0) : codePointAt(bytes, i, width));
      i += Math.max(width, 1);
    }
  });
}

/** Units handed to `String.fromCharCode` at once: more arguments than this might not fit on the stack. */
const UNITS_AT_ONCE = 4096;

/** The text of the code points that `write` pushes, stray bytes among them. */
export function textOfUnits(write: (push: (codePoint: number) => void) => void): string {
  let text = '';
  let units: number[] = [];
  write((codePoint) => {
    if (codePoint <= 0xffff) units.push(codePoint);
    else units.push(0xd7c0 + (codePoint >> 10), 0xdc00 + (codePoint & 0x3ff));
    if (units.length < UNITS_AT_ONCE) return;
    text += String.fromCharCode(...units);
    units = [];
  });
  return text + String.fromCharCode(...units);
}

/** The code point of the valid sequence of `width` bytes at `start`. */
function codePointAt(bytes: Uint8Array, start: number, width: number): number {
  const first = bytes[start] ?? 0;
  if (width === 1) return first;
  let codePoint = first & (0x7f >> width);
  for (let i = start + 1; i < start + width; i++) codePoint = (codePoint << 6) | ((bytes[i] ?? 0) & 0x3f);
  return codePoint;
}

/** The width of the valid UTF-8 sequence at `start`, or 0 when there is none. */
function sequenceWidth(bytes: Uint8Array, start: number): number {
  const first = bytes[start] ?? 0;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const second = bytes[start + 1] ?? 0;
  const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return 0;
  const width = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  for (let i = start + 2; i < start + width; i++) {
    if (((bytes[i] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return width;
}

/** The unit that stands for a byte outside valid UTF-8, and the character itself for an ASCII byte. */
export function byteUnit(byte: number): string {
  return String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte);
}

export function canonical(text: string): string {
  return text.isWellFormed() ? text : fromBytes(toBytes(text));
}

/** The byte that a lone low surrogate stands for, or -1 for every other code point. */
export function strayByte(codePoint: number): number {
  return codePoint >= 0xdc00 && codePoint <= 0xdfff ? codePoint & 0xff : -1;
}

/**
 * The bytes `start` to `end` of the string, which may cut characters. `size` is the string's length in bytes, which
 * the caller has had to know.
 */
export function byteSlice(text: string, start: number, end: number, size: number): string {
  // Every unit is one byte, be it ASCII or a stray one.
  if (size === text.length) return text.slice(start, end);
  const first = findByte(text, start, 0, 0);
  const last = findByte(text, end, first.unit, start - first.inside);
  if (first.unit === last.unit) return partOf(text, first.unit, first.inside, last.inside);
  const head = first.inside === 0 ? '' : partOf(text, first.unit, first.inside, MAX_WIDTH);
  const whole = text.slice(first.inside === 0 ? first.unit : unitAfter(text, first.unit), last.unit);
  return head + whole + partOf(text, last.unit, 0, last.inside);
}

export function byteAt(text: string, index: number, size: number): number {
  if (size === text.length) return text.charCodeAt(index) & 0xff;
  const { unit, inside } = findByte(text, index, 0, 0);
  return characterBytes(text, unit)[inside] ?? 0;
}

/** Bytes of the longest character. */
const MAX_WIDTH = 4;

/** A place in a string: the unit at which a character begins, and how many of its bytes lie before. */
interface BytePlace {
  readonly unit: number;
  readonly inside: number;
}

/** Where a byte is, looked for from a character of which it is known where it is. */
function findByte(text: string, index: number, unitBefore: number, byteBefore: number): BytePlace {
  let unit = unitBefore;
  let byte = byteBefore;
  while (unit < text.length) {
    const width = widthAt(text, unit);
    if (byte + width > index) break;
    byte += width;
    unit += width === MAX_WIDTH ? 2 : 1;
  }
  return { unit, inside: index - byte };
}

function widthAt(text: string, unit: number): number {
  const code = text.charCodeAt(unit);
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  if (code < 0xd800 || code > 0xdfff) return 3;
  return code < 0xdc00 ? MAX_WIDTH : 1;
}

function unitAfter(text: string, unit: number): number {
  return unit + (widthAt(text, unit) === MAX_WIDTH ? 2 : 1);
}

function characterBytes(text: string, unit: number): Uint8Array {
  return toBytes(text.slice(unit, unitAfter(text, unit)));
}

/** Bytes of one character, which on their own are no text. */
function partOf(text: string, unit: number, start: number, end: number): string {
  return start === end ? '' : fromBytes(characterBytes(text, unit).subarray(start, end));
}

/** Go's order of strings, which is that of their bytes: negative, zero or positive. */
export function compareStrings(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let i = 0;
  while (i < shorter && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  if (i === shorter) return a.length - b.length;
  const left = a.charCodeAt(i);
  const right = b.charCodeAt(i);
  if (left < 0xd800 && right < 0xd800) return left - right;
  const start = isSecondHalf(a, i) ? i - 1 : i;
  const restOfA = a.slice(start, start + UNITS_THAT_DECIDE);
  const restOfB = b.slice(start, start + UNITS_THAT_DECIDE);
  if (restOfA.isWellFormed() && restOfB.isWellFormed()) return surrogatesLast(left) - surrogatesLast(right);
  return compareBytes(toBytes(restOfA), toBytes(restOfB));
}

/** Four characters. No sequence of bytes is longer, so that from the first difference on no more can tell. */
const UNITS_THAT_DECIDE = 8;

function isSecondHalf(text: string, at: number): boolean {
  return at > 0 && (text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
}

/** UTF-16 units put in the order of the code points that they belong to. */
function surrogatesLast(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** `utf8.RuneCountInString`: characters, and stray bytes one by one. */
export function runeCount(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800) count -= 1;
  }
  return count;
}

/** The first `count` characters. */
export function firstRunes(text: string, count: number): string {
  if (text.length <= count) return text;
  let end = 0;
  for (let left = count; left > 0 && end < text.length; left--) {
    end += (text.charCodeAt(end) & 0xfc00) === 0xd800 ? 2 : 1;
  }
  return text.slice(0, end);
}

/** A character by its number, U+FFFD for what is none. */
export function runeText(codePoint: number): string {
  const valid = codePoint >= 0 && codePoint <= 0x10ffff && (codePoint < 0xd800 || codePoint > 0xdfff);
  return String.fromCodePoint(valid ? codePoint : REPLACEMENT);
}
