/** Positions of the template language (lines from 1, columns in bytes of UTF-8) as UTF-16 offsets, and back for people. */

export interface Position {
  /** From 1. */
  readonly line: number;
  /** In bytes of UTF-8, from 0. */
  readonly column: number;
}

/** The UTF-16 offset of a position; one outside the text is moved to the nearest place inside it. */
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

/** The line and the column in characters, both from 1, as editors show them. */
export function shownPosition(text: string, position: Position): { line: number; column: number } {
  const offset = offsetOf(text, position);
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  return { line: position.line, column: [...text.slice(lineStart, offset)].length + 1 };
}

function utf8Length(code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}
