/**
 * Go's strings are bytes; here they are JavaScript strings. A byte that is no part of valid UTF-8 is kept as the lone
 * surrogate U+DC00 + byte, which valid text never contains, so ordinary strings need no conversion at all. A string is
 * canonical when no run of such units spells valid UTF-8; every function here returns canonical strings.
 */

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const notAscii = /[^\0-\x7f]/;
const REPLACEMENT = 0xfffd;

export function isAscii(text: string): boolean {
  return !notAscii.test(text);
}

/** How many bytes the string has in Go. */
export function byteLength(text: string): number {
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
  if (text.isWellFormed()) return encoder.encode(text);
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
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return fromInvalidBytes(bytes);
  }
}

function fromInvalidBytes(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; ) {
    const width = sequenceWidth(bytes, i);
    if (width === 0) text += byteUnit(bytes[i++] ?? 0);
    else {
      text += strictDecoder.decode(bytes.subarray(i, i + width));
      i += width;
    }
  }
  return text;
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

/** The bytes `start` to `end` of the string, which may cut characters. */
export function byteSlice(text: string, start: number, end: number): string {
  if (isAscii(text)) return text.slice(start, end);
  return fromBytes(toBytes(text).subarray(start, end));
}

export function byteAt(text: string, index: number): number {
  if (isAscii(text)) return text.charCodeAt(index);
  return toBytes(text)[index] ?? 0;
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
  if (a.isWellFormed() && b.isWellFormed()) return surrogatesLast(left) - surrogatesLast(right);
  return compareBytes(toBytes(a), toBytes(b));
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
