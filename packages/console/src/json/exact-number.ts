/**
 * JSON as the API sends it, with every digit. A number that a 64-bit float would change, such as an id of 64 bits, is an `ExactNumber`, so
 * that a payload that is read, changed elsewhere and saved again keeps it as it was written.
 */
import { parseExactJson } from '@px0/contracts/exact-json';

/** A number by its text. Immutable; `JSON.stringify` writes it as it was read. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** What a render reads: all its numbers are floats. */
  get float(): number {
    return Number(this.text);
  }

  toJSON(): object {
    return JSON.rawJSON(this.text);
  }

  toString(): string {
    return this.text;
  }
}

/** False in browsers that do not tell how a number was written; nothing there is an `ExactNumber`. */
export const keepsEveryDigit = 'rawJSON' in JSON;

/** @throws SyntaxError when the text is not JSON */
export function readJson(text: string): unknown {
  return keepsEveryDigit ? parseExactJson(text, (source) => new ExactNumber(source)) : JSON.parse(text);
}
