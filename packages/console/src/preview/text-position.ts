/**
 * Converts positions of the template language to UTF-16 offsets and to positions in an editor. The language counts lines by LF and columns in
 * UTF-8 bytes; an editor also starts a line after a lone CR, and counts CR LF as one character.
 */
import { withLineFeeds } from '../text/mod.ts';

export interface Position {
  /** From 1. */
  readonly line: number;
  /** In UTF-8 bytes, from 0. */
  readonly column: number;
}

/** The UTF-16 offset of a position, clamped to the text. */
export function offsetOf(text: string, { line, column }: Position): number {
  let start = 0;
  for (let passed = 1; passed < line; passed++) {
    const end = text.indexOf('\n', start);
    if (end === -1) return text.length;
    start = end + 1;
  }
  let bytes = 0;
  let offset = start;
  while (bytes < column && offset < text.length && text[offset] !== '\n') {
    const code = text.codePointAt(offset) ?? 0;
    bytes += utf8Length(code);
    offset += code > 0xffff ? 2 : 1;
  }
  return offset;
}

export interface ShownPosition {
  /** From 1. */
  readonly line: number;
  /** In characters, from 1. */
  readonly column: number;
  /** In UTF-16 units, with each line break counted as one. */
  readonly offset: number;
}

/** The position as an editor shows it. */
export function shownPosition(text: string, position: Position): ShownPosition {
  return shownOffset(text, offsetOf(text, position));
}

/** The same of a UTF-16 offset into the text as it is. */
export function shownOffset(text: string, exact: number): ShownPosition {
  const isInsideBreak = text[exact - 1] === '\r' && text[exact] === '\n';
  const before = withLineFeeds(text.slice(0, isInsideBreak ? exact - 1 : exact));
  const lines = before.split('\n');
  return { line: lines.length, column: [...(lines.at(-1) ?? '')].length + 1, offset: before.length };
}

function utf8Length(code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}
