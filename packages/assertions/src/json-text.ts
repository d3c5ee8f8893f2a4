/**
 * Whether a text is JSON, without building what it says: outputs have millions of characters, and their values would take many times that.
 * Judges as Go's `encoding/json` does, nesting included.
 */

export type JsonKind = 'object' | 'array' | 'other';

const MAX_DEPTH = 10_000;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE_UNIT = 0x20;
const SPACE = /[ \t\r\n]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;

/** Undefined for what is no JSON. */
export function jsonKind(text: string): JsonKind | undefined {
  const reader = new JsonReader(text);
  return reader.isJson() ? reader.kind : undefined;
}

class JsonReader {
  readonly #text: string;
  #at = 0;
  kind: JsonKind = 'other';

  constructor(text: string) {
    this.#text = text;
  }

  isJson(): boolean {
    this.#skip(SPACE);
    const first = this.#text[this.#at];
    this.kind = first === '{' ? 'object' : first === '[' ? 'array' : 'other';
    if (!this.#value()) return false;
    this.#skip(SPACE);
    return this.#at === this.#text.length;
  }

  /** Without recursion: outputs may be nested deeper than a stack. */
  #value(): boolean {
    /** The closing brackets that are awaited. */
    const open: string[] = [];
    for (;;) {
      const entered = this.#enter(open);
      if (entered === undefined) return false;
      if (entered) continue;
      // A value is complete: what follows it belongs to what surrounds it.
      for (;;) {
        const closing = open.at(-1);
        if (closing === undefined) return true;
        this.#skip(SPACE);
        if (this.#take(closing)) open.pop();
        else if (!this.#take(',') || (closing === '}' && !this.#name())) return false;
        else break;
      }
    }
  }

  /** Reads a value, or the beginning of one that holds others: true then. Undefined for what is neither. */
  #enter(open: string[]): boolean | undefined {
    this.#skip(SPACE);
    const isObject = this.#text[this.#at] === '{';
    if (!isObject && this.#text[this.#at] !== '[') return this.#scalar() ? false : undefined;
    this.#at += 1;
    const closing = isObject ? '}' : ']';
    if (open.length + 1 > MAX_DEPTH) return undefined;
    this.#skip(SPACE);
    if (this.#take(closing)) return false;
    open.push(closing);
    return !isObject || this.#name() ? true : undefined;
  }

  #name(): boolean {
    this.#skip(SPACE);
    if (!this.#string()) return false;
    this.#skip(SPACE);
    return this.#take(':');
  }

  #scalar(): boolean {
    return this.#text[this.#at] === '"' ? this.#string() : this.#skip(NUMBER) || this.#skip(WORD);
  }

  #string(): boolean {
    if (!this.#take('"')) return false;
    for (;;) {
      this.#skipPlain();
      if (this.#take('"')) return true;
      if (!this.#skip(ESCAPE)) return false;
    }
  }

  /** What is neither quote, backslash nor control character. */
  #skipPlain(): void {
    for (; this.#at < this.#text.length; this.#at += 1) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit === QUOTE || unit === BACKSLASH || unit < SPACE_UNIT) return;
    }
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  /** Whether something matched; steps over it. */
  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    const isAnything = pattern.lastIndex > this.#at;
    this.#at = pattern.lastIndex;
    return isAnything;
  }
}
