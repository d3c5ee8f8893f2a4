/** `toJson` and `toPrettyJson`: the text that Go's `encoding/json` gives, keys sorted and `<`, `>`, `&` escaped. */
import { canonical } from './go-string.ts';
import { checkText } from './ill-formed.ts';
import { sortedKeys } from './sorted-keys.ts';
import { isDict, isList, NIL_MAP, typeName, Uint8 } from './values.ts';

/** Deeper data is refused, so that no data can exhaust the stack. */
const MAX_DEPTH = 1000;

/** Why a value has no JSON; the message is Go's where Go has one. */
export class JsonFault extends Error {}

/** The text has become longer than allowed. */
export class JsonOverflow extends Error {}

export interface JsonOptions {
  /** Two spaces for each level, one element in each line. */
  readonly isPretty: boolean;
  /** In UTF-16 units. */
  readonly maxLength: number;
  readonly isExact: boolean;
}

export function jsonText(value: unknown, options: JsonOptions): string {
  const writer = new JsonWriter(options);
  writer.write(value, 0);
  return writer.text;
}

class JsonWriter {
  text = '';
  readonly #options: JsonOptions;

  constructor(options: JsonOptions) {
    this.#options = options;
  }

  write(value: unknown, depth: number): void {
    switch (typeof value) {
      case 'string':
        return this.#add(this.#quoted(value));
      case 'number':
        return this.#add(numberText(value));
      case 'boolean':
      case 'bigint':
        return this.#add(String(value));
      default:
        return this.#compound(value, depth);
    }
  }

  #compound(value: unknown, depth: number): void {
    if (value === null || value === undefined || value === NIL_MAP) return this.#add('null');
    if (value instanceof Uint8) return this.#add(String(value.value));
    if (depth >= MAX_DEPTH) throw new JsonFault(`data nested more than ${MAX_DEPTH} deep`);
    if (isList(value)) {
      return this.#elements('[', ']', value.length, depth, (index) => this.write(value[index], depth + 1));
    }
    if (!isDict(value)) throw new JsonFault(`json: unsupported type: ${typeName(value)}`);
    const keys = sortedKeys(value, this.#options.isExact);
    this.#elements('{', '}', keys.length, depth, (index) => {
      const key = keys[index] ?? '';
      this.#add(`${this.#quoted(key)}${this.#options.isPretty ? ': ' : ':'}`);
      this.write(value[key], depth + 1);
    });
  }

  #elements(open: string, close: string, count: number, depth: number, element: (index: number) => void): void {
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

  #quoted(text: string): string {
    checkText(text, this.#options.isExact);
    return plain.test(text) ? `"${text}"` : `"${canonical(text).replace(special, escaped)}"`;
  }

  #add(text: string): void {
    this.text += text;
    if (this.text.length > this.#options.maxLength) throw new JsonOverflow();
  }
}

const plain = /^[ !#-%'-;=?-[\]-~]*$/;
/** With the flag, a surrogate is matched only where it stands alone: as a byte that is not UTF-8. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes control characters.
const special = /[\0-\x1f"\\<>&\u2028\u2029\ud800-\udfff]/gu;
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
