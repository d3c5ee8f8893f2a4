/** A template's text and its name, with the positions that error messages speak of. */
import { byteLength } from '../values/go-string.ts';

export interface Location {
  /** From 1. */
  readonly line: number;
  /** In bytes, from 0. */
  readonly column: number;
}

export class Source {
  readonly name: string;
  readonly text: string;

  constructor(name: string, text: string) {
    this.name = name;
    // Go reads a lone surrogate of JSON as U+FFFD.
    this.text = text.toWellFormed();
  }

  /** Linear in the text: for errors only. */
  locate(position: number): Location {
    let line = 1;
    let lineStart = 0;
    let newline = this.text.indexOf('\n');
    while (newline >= 0 && newline < position) {
      line += 1;
      lineStart = newline + 1;
      newline = this.text.indexOf('\n', lineStart);
    }
    return { line, column: byteLength(this.text.slice(lineStart, position)) };
  }
}
