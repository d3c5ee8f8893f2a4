/** Tokens with the look-ahead that the grammar needs. Which token was read last decides the line of a parse error. */
import { byteLength, firstRunes } from '../values/go-string.ts';
import { quote } from '../values/quote.ts';
import type { Lexer, Token } from './lexer.ts';

export class TokenStream {
  readonly #lexer: Lexer;
  readonly #pending: Token[] = [];
  #latest: Token | undefined;

  constructor(lexer: Lexer) {
    this.#lexer = lexer;
  }

  /** The token read last, looked at or not. */
  get latest(): Token | undefined {
    return this.#latest;
  }

  next(): Token {
    const pending = this.#pending.pop();
    if (pending !== undefined) return pending;
    const token = this.#lexer.next();
    this.#latest = token;
    return token;
  }

  peek(): Token {
    const token = this.next();
    this.#pending.push(token);
    return token;
  }

  nextNonSpace(): Token {
    let token = this.next();
    while (token.type === 'space') token = this.next();
    return token;
  }

  peekNonSpace(): Token {
    const token = this.nextNonSpace();
    this.#pending.push(token);
    return token;
  }

  /** The tokens will be read again, the first of them first. */
  putBack(...tokens: readonly Token[]): void {
    for (let i = tokens.length - 1; i >= 0; i--) {
      const token = tokens[i];
      if (token !== undefined) this.#pending.push(token);
    }
  }
}

/** Tokens that are quoted in messages; all others are keywords, in angle brackets. */
const QUOTED_TYPES: ReadonlySet<string> = new Set([
  'bool',
  'char',
  'character',
  'comment',
  'complex',
  '=',
  ':=',
  'field',
  'identifier',
  '{{',
  '(',
  'number',
  '|',
  'raw string',
  '}}',
  ')',
  'space',
  'string',
  'text',
  'variable',
]);

/** A token as messages show it. */
export function describeToken(token: Token): string {
  if (token.type === 'eof') return 'EOF';
  if (token.type === 'error') return token.text;
  if (!QUOTED_TYPES.has(token.type)) return `<${token.text}>`;
  // Ten bytes are the measure, ten characters what is shown.
  if (byteLength(token.text) > 10) return `${quote(firstRunes(token.text, 10))}...`;
  return quote(token.text);
}
