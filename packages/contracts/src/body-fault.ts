/** Why a request body was refused: where, and what would have been right there. It exists only for bodies that are refused. */
import type { Hint } from './hint.ts';
import { jsonFault } from './json-fault.ts';

/** What a field must be, as the hint `must` has it; behind `one-of`, the values. */
type Must =
  | 'object'
  | 'list'
  | 'string'
  | 'number'
  | 'integer'
  | 'boolean'
  | 'uuid'
  | 'known'
  | 'storable'
  | 'flatter'
  | readonly ['one-of', ...(readonly string[])];

export class BodyFault {
  readonly #must: Must;
  readonly #steps: string[] = [];

  constructor(must: Must) {
    this.#must = must;
  }

  /** The field is inside of this one. */
  within(step: string | number): this {
    this.#steps.push(String(step));
    return this;
  }

  get hint(): Hint {
    const must = typeof this.#must === 'string' ? [this.#must] : this.#must;
    return this.#steps.length === 0 ? { must } : { field: [this.#steps.toReversed().join('.')], must };
  }
}

/** What is wrong with a text that should be JSON. */
export function hintOfBrokenJson(text: string): Hint {
  const place = jsonFault(text);
  return place === undefined
    ? { body: ['json'] }
    : { body: ['json'], at: [[String(place.line), String(place.column)]] };
}
