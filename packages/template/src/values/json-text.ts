/** `toJson` and `toPrettyJson`: the text that Go's `encoding/json` gives, keys sorted and `<`, `>`, `&` escaped. */
import { BoundedText, forEachPiece, PIECE_UNITS, type TextLimit } from './bounded-text.ts';
import type { Known } from './known.ts';
import { isDict, isList, NIL_MAP, typeName, Uint8 } from './values.ts';

/** Deeper data is refused, so that no data can exhaust the stack. */
const MAX_DEPTH = 1000;

/** Why a value has no JSON; the message is Go's where Go has one. */
export class JsonFault extends Error {}

export interface JsonOptions {
  /** Two spaces for each level, one element in each line. */
  readonly isPretty: boolean;
  readonly limit: TextLimit;
  readonly known: Known;
}

export interface JsonText {
  readonly text: string;
  /** How many keys were sorted for it. */
  readonly keys: number;
}

/** @throws JsonFault, TextOverflow */
export function jsonText(value: unknown, options: JsonOptions): JsonText {
  const writer = new JsonWriter(options);
  writer.write(value, 0);
  return writer;
}

class JsonWriter {
  keys = 0;
  readonly #options: JsonOptions;
  readonly #written: BoundedText;

  constructor(options: JsonOptions) {
    this.#options = options;
    this.#written = new BoundedText(options.limit);
  }

  get text(): string {
    return this.#written.text;
  }

  write(value: unknown, depth: number): void {
    switch (typeof value) {
      case 'string': {
        this.#quoted(value);
        return;
      }
      case 'number': {
        this.#add(numberText(value));
        return;
      }
      case 'boolean':
      case 'bigint': {
        this.#add(String(value));
        return;
      }
      default: {
        this.#compound(value, depth);
        return;
      }
    }
  }

  #compound(value: unknown, depth: number): void {
    if (value === null || value === undefined || value === NIL_MAP) {
      this.#add('null');
      return;
    }
    if (value instanceof Uint8) {
      this.#add(String(value.value));
      return;
    }
    if (depth >= MAX_DEPTH) throw new JsonFault(`data nested more than ${MAX_DEPTH} deep`);
    if (isList(value)) {
      this.#elements('[', ']', value.length, depth, (index) => this.write(value[index], depth + 1));
      return;
    }
    if (!isDict(value)) throw new JsonFault(`json: unsupported type: ${typeName(value)}`);
    const keys = this.#options.known.keys(value);
    this.keys += keys.length;
    this.#elements('{', '}', keys.length, depth, (index) => {
      const key = keys[index] ?? '';
      this.#quoted(key);
      this.#add(this.#options.isPretty ? ': ' : ':');
      this.write(value[key], depth + 1);
    });
  }

  #elements(
    open: string,
    close: string,
    count: number,
    depth: number,
    element: (index: number) => void,
  ): void {
    this.#add(open);
    for (let i = 0; i < count; i++) {
      if (i > 0) this.#add(',');
      this.#newLine(depth + 1);
      element(i);
    }
    if (count > 0) this.#newLine(depth);
    this.#add(close);
  }

  #newLine(depth: number): void {
    if (this.#options.isPretty) this.#add(`\n${'  '.repeat(depth)}`);
  }

  #quoted(text: string): void {
    this.#options.known.check(text);
    if (text.length <= PIECE_UNITS) {
      this.#add(`"${escapedPiece(text)}"`);
      return;
    }
    this.#add('"');
    forEachPiece(text, (piece) => this.#add(escapedPiece(piece)));
    this.#add('"');
  }

  #add(text: string): void {
    this.#written.add(text);
  }
}

const plain = /^[ !#-%'-;=?-[\]-~]*$/;
/** With the flag, a surrogate is matched only where it stands alone: as a byte that is not UTF-8. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes control characters.
const special = /[\0-\x1f"\\<>&\u2028\u2029\ud800-\udfff]/gu;
function escapedPiece(text: string): string {
  return plain.test(text) ? text : text.replace(special, escaped);
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function escaped(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  const code = character.charCodeAt(0);
  return `\\u${(code >= 0xd800 && code <= 0xdfff ? 0xfffd : code).toString(16).padStart(4, '0')}`;
}

/** Plain notation between 1e-6 and 1e21, as in JavaScript, whose exponents have the same form too. */
function numberText(value: number): string {
  if (!Number.isFinite(value)) {
    const name = Number.isNaN(value) ? 'NaN' : value < 0 ? '-Inf' : '+Inf';
    throw new JsonFault(`json: unsupported value: ${name}`);
  }
  return Object.is(value, -0) ? '-0' : String(value);
}
