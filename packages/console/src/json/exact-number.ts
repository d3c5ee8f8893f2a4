/**
 * JSON as the API sends it, with every digit. A number that a 64-bit float would change, such as a 64-bit ID, becomes an `ExactNumber`, so
 * that reading, editing and saving a payload keeps it as written.
 */
import { parseExactJson } from '@px0/contracts/exact-json';

/** A number, kept as text. Immutable; `JSON.stringify` writes it as it was read. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The number as a render reads it: as a float. */
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

/** False in browsers that do not give access to a number's source text; they never create an `ExactNumber`. */
export const keepsEveryDigit = 'rawJSON' in JSON;

/** @throws SyntaxError if the text is not JSON */
export function readJson(text: string): unknown {
  return keepsEveryDigit ? parseExactJson(text, (source) => new ExactNumber(source)) : JSON.parse(text);
}
