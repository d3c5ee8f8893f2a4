/** Where a text stops being JSON. `JSON.parse` says it only sometimes, and each engine in words of its own. */

/** Counted from 1, columns in UTF-16 code units. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** So much is looked at, which takes a few milliseconds: whoever sends broken texts must not keep a process busy with them. */
const MOST_STEPS = 20_000;
const MOST_CHARACTERS = 256 * 1024;

/**
 * The place of the first character that cannot stand where it does, or of the end of a text that lacks one; undefined for JSON, and for a text whose fault is too
 * far from its beginning.
 */
export function jsonFault(text: string): TextPlace | undefined {
  const at = new Scanner(text).faultAt();
  if (at === undefined) return undefined;
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  let line = 1;
  for (let end = text.indexOf('\n'); end !== -1 && end < at; end = text.indexOf('\n', end + 1)) line += 1;
  return { line, column: at - lineStart + 1 };
}

/** What may come next. */
type Awaited = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end';

const BLANKS = /[ \t\n\r]*/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Up to what a string cannot hold as it is, or to its end. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a JSON string may not hold.
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** Its nesting is the sender's choice, so it keeps a stack of its own. */
class Scanner {
  readonly #text: string;
  #at = 0;
  #steps = 0;
  #awaited: Awaited = 'value';
  /** The closing brackets that are to come. */
  readonly #open: ('}' | ']')[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  faultAt(): number | undefined {
    while (!this.#isTooFar()) {
      this.#steps += 1;
      this.#skip(BLANKS);
      const isEnd = this.#at === this.#text.length;
      if (isEnd && this.#isWhole()) return undefined;
      if (isEnd || !this.#step(this.#text.charAt(this.#at))) return this.#isTooFar() ? undefined : this.#at;
    }
    return undefined;
  }

  #isTooFar(): boolean {
    return this.#steps >= MOST_STEPS || this.#at > MOST_CHARACTERS;
  }

  #isWhole(): boolean {
    return this.#awaited === ', or end' && this.#open.length === 0;
  }

  #step(next: string): boolean {
    switch (this.#awaited) {
      case 'value':
        return this.#value(next);
      case 'value or ]':
        return next === ']' ? this.#close() : this.#value(next);
      case 'key':
        return this.#key(next);
      case 'key or }':
        return next === '}' ? this.#close() : this.#key(next);
      case ':':
        return next === ':' && this.#pass('value');
      case ', or end':
        return this.#end(next);
    }
  }

  #value(next: string): boolean {
    if (next === '{') return this.#enter('}', 'key or }');
    if (next === '[') return this.#enter(']', 'value or ]');
    const isValue = next === '"' ? this.#string() : this.#skip(SCALAR);
    this.#awaited = ', or end';
    return isValue;
  }

  #key(next: string): boolean {
    this.#awaited = ':';
    return next === '"' && this.#string();
  }

  #end(next: string): boolean {
    const closing = this.#open.at(-1);
    if (closing === undefined) return false;
    if (next === closing) return this.#close();
    return next === ',' && this.#pass(closing === '}' ? 'key' : 'value');
  }

  #enter(closing: '}' | ']', awaited: Awaited): boolean {
    this.#open.push(closing);
    return this.#pass(awaited);
  }

  #close(): boolean {
    this.#open.pop();
    return this.#pass(', or end');
  }

  #pass(awaited: Awaited): boolean {
    this.#at += 1;
    this.#awaited = awaited;
    return true;
  }

  #string(): boolean {
    this.#at += 1;
    do {
      this.#steps += 1;
      this.#skip(PLAIN);
    } while (this.#steps < MOST_STEPS && this.#skip(ESCAPE));
    if (this.#text.charAt(this.#at) !== '"') return false;
    this.#at += 1;
    return true;
  }

  /** Whether it stands there; of nothing that stands there, nothing is skipped. */
  #skip(what: RegExp): boolean {
    what.lastIndex = this.#at;
    if (!what.test(this.#text)) return false;
    const isSomething = what.lastIndex > this.#at;
    this.#at = what.lastIndex;
    return isSomething;
  }
}
