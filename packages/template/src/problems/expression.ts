/**
 * Reads an expression as people write it who know Jinja, Handlebars or JavaScript (`user.name`, `a == "b"`, `x and not y`, `items[0]`, `upper(name)`), and
 * writes it in this language. It only suggests: what it does not understand has no suggestion.
 */
import { isFunction } from '../syntax/function-table.ts';
import { meantFunction } from './meant-function.ts';

/** Nothing that is longer is worth a guess, and nesting stays shallow. */
const LONGEST = 300;

/**
 * @param own names that stand for `$name`, since a loop declares them
 * @returns undefined if the text is no such expression
 */
export function goExpression(text: string, own: ReadonlySet<string>): string | undefined {
  if (text.length > LONGEST) return undefined;
  const tokens = tokensOf(text);
  return tokens === undefined ? undefined : new Reader(tokens, own).whole();
}

interface Token {
  readonly kind: 'text' | 'number' | 'word' | 'operator';
  readonly text: string;
  /** Whether nothing separates it from the token before. */
  readonly isJoined: boolean;
}

const shapes =
  /\s*(?:(?<text>"(?:[^"\\\n]|\\.)*"|`[^`]*`)|'(?<single>(?:[^'\\\n]|\\.)*)'|(?<number>-?\d+(?:\.\d+)?)|(?<word>[$.]?[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*|\$|\.(?![\p{L}_.]))|(?<operator>==|!=|<=|>=|&&|\|\||[<>!|(),[\]]))/uy;

function tokensOf(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  for (let at = 0; at < trimmed.length; at = shapes.lastIndex) {
    shapes.lastIndex = at;
    const match = shapes.exec(trimmed);
    if (match === null) return undefined;
    const isJoined = !/^\s/.test(match[0]);
    const { text: quoted, single, number, word, operator } = match.groups ?? {};
    if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted, isJoined });
    else if (single !== undefined) tokens.push({ kind: 'text', text: requoted(single), isJoined });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, isJoined });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, isJoined });
    else tokens.push({ kind: 'operator', text: operator ?? '', isJoined });
  }
  return tokens;
}

/** What stands between single quotes, between double ones. */
function requoted(text: string): string {
  return `"${text.replaceAll("\\'", "'").replaceAll('"', '\\"')}"`;
}

interface Value {
  readonly text: string;
  /** Whether it needs parentheses as an argument. */
  readonly isCall: boolean;
}

const comparisons: ReadonlyMap<string, string> = new Map([
  ['==', 'eq'],
  ['!=', 'ne'],
  ['<', 'lt'],
  ['<=', 'le'],
  ['>', 'gt'],
  ['>=', 'ge'],
]);
const constants: ReadonlyMap<string, string> = new Map([
  ['true', 'true'],
  ['false', 'false'],
  ['nil', 'nil'],
  ['True', 'true'],
  ['False', 'false'],
  ['None', 'nil'],
  ['none', 'nil'],
  ['null', 'nil'],
]);

const keywords: ReadonlySet<string> = new Set([
  ...['if', 'else', 'end', 'with', 'range', 'define', 'template', 'block', 'break', 'continue'],
  ...['and', 'or', 'not', 'in', 'is'],
]);

class Misunderstood extends Error {}

/** Recursive descent; each level binds more tightly than the one before. */
class Reader {
  readonly #tokens: readonly Token[];
  readonly #own: ReadonlySet<string>;
  #at = 0;

  constructor(tokens: readonly Token[], own: ReadonlySet<string>) {
    this.#tokens = tokens;
    this.#own = own;
  }

  whole(): string | undefined {
    try {
      const { text } = this.#either();
      return this.#at === this.#tokens.length ? text : undefined;
    } catch (error) {
      if (error instanceof Misunderstood) return undefined;
      throw error;
    }
  }

  #either(): Value {
    return this.#joined('or', ['or', '||'], () => this.#both());
  }

  #both(): Value {
    return this.#joined('and', ['and', '&&'], () => this.#negation());
  }

  #joined(name: string, operators: readonly string[], operand: () => Value): Value {
    const values = [operand()];
    while (this.#takes(...operators)) values.push(operand());
    const [only] = values;
    return values.length === 1 && only !== undefined ? only : call(name, values);
  }

  #negation(): Value {
    const isNot = this.#peek()?.text === '!' || (this.#peek()?.text === 'not' && !this.#isPrefix());
    if (!isNot) return this.#comparison();
    this.#at += 1;
    return call('not', [this.#negation()]);
  }

  /** Whether the function at this place has parentheses. */
  #isPrefix(): boolean {
    const next = this.#tokens[this.#at + 1];
    return next?.text === '(' && next.isJoined;
  }

  #comparison(): Value {
    const left = this.#piped();
    const name = comparisons.get(this.#peek()?.text ?? '');
    if (name === undefined) return left;
    this.#at += 1;
    const right = this.#piped();
    return call(name, [comparable(left, right), comparable(right, left)]);
  }

  #piped(): Value {
    let value = this.#command();
    while (this.#takes('|')) {
      const { text } = this.#command(true);
      value = { text: `${value.text} | ${text}`, isCall: true };
    }
    return value;
  }

  /** A value, or a function with its arguments behind it. */
  #command(isStage = false): Value {
    const token = this.#peek();
    const name = token?.kind === 'word' && isName(token.text) ? token.text : undefined;
    const next = this.#tokens[this.#at + 1];
    if (name !== undefined && next?.text === '(' && next.isJoined) return this.#parenthesized(name);
    const hasArguments = next !== undefined && (next.kind !== 'operator' || next.text === '(');
    const isInfix = next?.text === 'and' || next?.text === 'or';
    if (name === undefined || !(isStage || (hasArguments && !isInfix))) return this.#primary();
    this.#at += 1;
    const values: Value[] = [];
    while (this.#startsValue()) values.push(this.#primary());
    return values.length === 0 ? { text: meant(name), isCall: false } : call(meant(name), values);
  }

  /** `upper(name)`, whose arguments are separated by commas. */
  #parenthesized(name: string): Value {
    this.#at += 2;
    const values: Value[] = [];
    while (!this.#takes(')')) {
      values.push(this.#either());
      if (this.#peek()?.text !== ')') this.#expect(',');
    }
    return values.length === 0 ? { text: meant(name), isCall: false } : call(meant(name), values);
  }

  #startsValue(): boolean {
    const token = this.#peek();
    if (token === undefined || token.text === 'and' || token.text === 'or') return false;
    return token.kind !== 'operator' || (token.text === '(' && !token.isJoined);
  }

  #primary(): Value {
    const token = this.#peek();
    this.#at += 1;
    if (token === undefined) throw new Misunderstood();
    if (token.text === '(') {
      const value = this.#either();
      this.#expect(')');
      return value;
    }
    if (token.kind === 'operator') throw new Misunderstood();
    let value: Value = {
      text: token.kind === 'word' ? this.#reference(token.text) : token.text,
      isCall: false,
    };
    while (this.#isJoined('[')) {
      this.#at += 1;
      value = call('index', [value, this.#either()]);
      this.#expect(']');
      const path = this.#peek();
      if (path?.kind === 'word' && path.isJoined && /^\../.test(path.text)) {
        this.#at += 1;
        value = { text: `(${value.text})${path.text}`, isCall: false };
      }
    }
    return value;
  }

  #reference(word: string): string {
    const constant = constants.get(word);
    if (constant !== undefined) return constant;
    if (word.startsWith('.') || word.startsWith('$')) return word;
    const [first = '', ...rest] = word.split('.');
    if (keywords.has(first)) throw new Misunderstood();
    const path = rest.map((key) => `.${key}`).join('');
    if (first === 'this') return path === '' ? '.' : path;
    return this.#own.has(first) ? `$${word}` : `.${word}`;
  }

  #isJoined(operator: string): boolean {
    const token = this.#peek();
    return token?.kind === 'operator' && token.text === operator && token.isJoined;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #takes(...texts: readonly string[]): boolean {
    const token = this.#peek();
    if (token === undefined || token.kind === 'text' || !texts.includes(token.text)) return false;
    this.#at += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#takes(text)) throw new Misunderstood();
  }
}

function isName(word: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(word) && !constants.has(word);
}

function meant(name: string): string {
  const found = isFunction(name) ? name : meantFunction(name);
  if (found === undefined) throw new Misunderstood();
  return found;
}

function call(name: string, values: readonly Value[]): Value {
  const args = values.map(({ text, isCall }) => (isCall ? `(${text})` : text));
  return { text: [name, ...args].join(' '), isCall: true };
}

/** Numbers of JSON are floats, and are not compared with integers. A length is an integer. */
function comparable(value: Value, other: Value): Value {
  const isLength = /^len |\| len$/.test(other.text);
  return /^-?\d+$/.test(value.text) && !isLength ? { ...value, text: `${value.text}.0` } : value;
}
