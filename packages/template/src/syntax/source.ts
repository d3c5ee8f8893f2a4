/** A template's text and its name, with the positions that error messages speak of. */
import { TemplateSyntaxError } from '../errors.ts';
import { byteLength } from '../values/go-string.ts';

export interface Location {
  /** From 1. */
  readonly line: number;
  /** In bytes, from 0. */
  readonly column: number;
}

/** A location, and the text that it is in. */
export interface Place extends Location {
  readonly name: string;
  /** The name again, where the text is one of several that make up the source. */
  readonly source?: string;
}

/** Of UTF-8. */
export const MAX_SOURCE_BYTES = 524_288;

const MOST_BYTES_OF_UNIT = 3;

export class Source {
  readonly name: string;
  readonly text: string;

  /** @throws TemplateSyntaxError when the text is too large */
  constructor(name: string, text: string) {
    if (isTooLong(text))
      throw new TemplateSyntaxError(`template must be at most ${MAX_SOURCE_BYTES} bytes`, 1, 0);
    this.name = name;
    // Go reads a lone surrogate of JSON as U+FFFD.
    this.text = text.toWellFormed();
  }

  /** Linear in the text: for errors only. */
  locate(position: number): Location {
    return locationIn(this.text, position);
  }

  /** What an error in a render names; linear in the text, too. */
  place(position: number): Place {
    return { name: this.name, ...this.locate(position) };
  }
}

/** Whether a text is more than a source may hold. */
export function isTooLong(text: string): boolean {
  return (
    text.length * MOST_BYTES_OF_UNIT > MAX_SOURCE_BYTES && byteLength(text.toWellFormed()) > MAX_SOURCE_BYTES
  );
}

export function locationIn(text: string, position: number): Location {
  let line = 1;
  let lineStart = 0;
  let newline = text.indexOf('\n');
  while (newline >= 0 && newline < position) {
    line += 1;
    lineStart = newline + 1;
    newline = text.indexOf('\n', lineStart);
  }
  return { line, column: byteLength(text.slice(lineStart, position)) };
}

/** The position of a location, or the nearest one that the text has. Linear in the text. */
export function positionIn(text: string, { line, column }: Location): number {
  let start = 0;
  for (let passed = 1; passed < line; passed++) {
    const newline = text.indexOf('\n', start);
    if (newline < 0) return text.length;
    start = newline + 1;
  }
  let at = start;
  for (let bytes = 0; bytes < column && at < text.length; ) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    bytes += byteLength(character);
    at += character.length;
  }
  return at;
}
