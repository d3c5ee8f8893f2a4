/**
 * Tokens of a template, read one at a time: the parser stops at its first problem, and only the problems up to there
 * count. Offsets are UTF-16; the text must be well-formed. Each character is looked at a bounded number of times.
 */

import { isIdentifierPart } from '../unicode/classes.ts';
import { describeRune, quote } from '../values/quote.ts';

export type TokenType =
  | 'error'
  | 'bool'
  | 'char'
  | 'character'
  | 'comment'
  | 'complex'
  | '='
  | ':='
  | 'eof'
  | 'field'
  | 'identifier'
  | '{{'
  | '('
  | 'number'
  | '|'
  | 'raw string'
  | '}}'
  | ')'
  | 'space'
  | 'string'
  | 'text'
  | 'variable'
  | Keyword;

export type Keyword =
  | '.'
  | 'block'
  | 'break'
  | 'continue'
  | 'define'
  | 'else'
  | 'end'
  | 'if'
  | 'nil'
  | 'range'
  | 'template'
  | 'with';

export interface Token {
  readonly type: TokenType;
  readonly position: number;
  /** The token's text; the message of an error. */
  readonly text: string;
  readonly line: number;
}

const KEYWORDS = new Map<string, Keyword>(
  (
    ['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'nil', 'range', 'template', 'with'] as const
  ).map((word) => [word, word]),
);

const LEFT = '{{';
const RIGHT = '}}';
const END = -1;

export interface LexerOptions {
  /** Comments are tokens too, as an editor wants them. */
  readonly keepsComments: boolean;
}

export class Lexer {
  readonly source: string;
  readonly #keepsComments: boolean;
  #at = 0;
  /** Start of the token being read, its line, and the first newline that is not counted in it. */
  #start = 0;
  #line = 1;
  #newline: number;
  #isInsideAction = false;
  #parenDepth = 0;

  constructor(source: string, options: LexerOptions = { keepsComments: false }) {
    this.source = source;
    this.#keepsComments = options.keepsComments;
    this.#newline = source.indexOf('\n');
  }

  /** How far the text has been read: where an editor goes on after an error. */
  get offset(): number {
    return this.#at;
  }

  /** Goes on behind an error that began at `position`; false when nothing is left. */
  skipFault(position: number): boolean {
    const isAtRight = this.#isInsideAction && this.source.startsWith(RIGHT, position);
    this.#at = Math.max(this.#at, position + (isAtRight ? 2 : 1));
    // Not into the middle of a character.
    if ((this.source.charCodeAt(this.#at) & 0xfc00) === 0xdc00) this.#at += 1;
    if (isAtRight) this.#isInsideAction = false;
    this.#parenDepth = 0;
    return this.#at < this.source.length;
  }

  next(): Token {
    while (true) {
      const token = this.#isInsideAction ? this.#insideAction() : this.#outsideActions();
      if (token !== undefined) return token;
    }
  }

  #outsideActions(): Token | undefined {
    const { source } = this;
    const open = source.indexOf(LEFT, this.#at);
    if (open < 0) {
      this.#start = this.#at;
      this.#at = source.length;
      return this.#token(this.#start < this.#at ? 'text' : 'eof');
    }
    if (open > this.#at) {
      this.#start = this.#at;
      this.#at = open;
      const end = this.#hasLeftTrimMarker(open + 2) ? trimmedEnd(source, this.#start, open) : open;
      if (end > this.#start) return this.#token('text', source.slice(this.#start, end));
    }
    return this.#leftDelimiter(open);
  }

  #leftDelimiter(open: number): Token | undefined {
    this.#start = open;
    const afterMarker = open + (this.#hasLeftTrimMarker(open + 2) ? 4 : 2);
    if (this.source.startsWith('/*', afterMarker)) return this.#comment(afterMarker);
    this.#at = afterMarker;
    this.#isInsideAction = true;
    this.#parenDepth = 0;
    return this.#token('{{', LEFT);
  }

  #comment(start: number): Token | undefined {
    const { source } = this;
    this.#start = start;
    const close = source.indexOf('*/', start + 2);
    if (close < 0) {
      this.#at = source.length;
      return this.#error('unclosed comment');
    }
    this.#at = close + 2;
    const isTrimmed = this.#isAtTrimmedRight();
    if (!isTrimmed && !source.startsWith(RIGHT, this.#at))
      return this.#error('comment ends before closing delimiter');
    const comment = this.#keepsComments ? this.#token('comment') : undefined;
    this.#at += isTrimmed ? 4 : 2;
    if (isTrimmed) this.#skipSpace();
    return comment;
  }

  #rightDelimiter(isTrimmed: boolean): Token {
    if (isTrimmed) this.#at += 2;
    this.#start = this.#at;
    this.#at += 2;
    const token = this.#token('}}', RIGHT);
    if (isTrimmed) this.#skipSpace();
    this.#isInsideAction = false;
    return token;
  }

  #insideAction(): Token {
    this.#start = this.#at;
    const isTrimmed = this.#isAtTrimmedRight();
    if (isTrimmed || this.source.startsWith(RIGHT, this.#at)) {
      if (this.#parenDepth === 0) return this.#rightDelimiter(isTrimmed);
      return this.#error('unclosed left paren');
    }
    const character = this.#peek();
    if (character === END) return this.#error('unclosed action');
    if (isSpace(character)) return this.#space();
    this.#advance(character);
    switch (character) {
      case 0x3d:
        return this.#token('=');
      case 0x3a:
        return this.#declare();
      case 0x7c:
        return this.#token('|');
      case 0x22:
        return this.#quoted(0x22, 'string', 'unterminated quoted string');
      case 0x27:
        return this.#quoted(0x27, 'character', 'unterminated character constant');
      case 0x60:
        return this.#rawString();
      case 0x24:
        return this.#name('variable');
      case 0x28:
        this.#parenDepth += 1;
        return this.#token('(');
      case 0x29:
        this.#parenDepth -= 1;
        return this.#parenDepth < 0 ? this.#error('unexpected right paren') : this.#token(')');
      default:
        return this.#wordOrNumber(character);
    }
  }

  #wordOrNumber(character: number): Token {
    if (character === 0x2e && this.#at < this.source.length && !isDigit(this.#peek()))
      return this.#name('field');
    if (character === 0x2e || character === 0x2b || character === 0x2d || isDigit(character)) {
      this.#at = this.#start;
      return this.#number();
    }
    if (isIdentifierPart(character)) return this.#identifier();
    if (character > 0x20 && character < 0x7f) return this.#token('char');
    return this.#error(`unrecognized character in action: ${describeRune(character)}`);
  }

  #declare(): Token {
    if (this.#peek() !== 0x3d) return this.#error('expected :=');
    this.#at += 1;
    return this.#token(':=');
  }

  /** A run of space, without the one that belongs to a trim marker after it. */
  #space(): Token {
    while (isSpace(this.source.charCodeAt(this.#at))) this.#at += 1;
    if (this.source.startsWith(`-${RIGHT}`, this.#at)) {
      this.#at -= 1;
      if (this.#at === this.#start) return this.#rightDelimiter(true);
    }
    return this.#token('space');
  }

  #identifier(): Token {
    const stop = this.#skipIdentifierParts();
    if (!this.#isAtTerminator()) return this.#error(`bad character ${describeRune(stop)}`);
    const word = this.source.slice(this.#start, this.#at);
    const keyword = KEYWORDS.get(word);
    if (keyword !== undefined) return this.#token(keyword, word);
    return this.#token(word === 'true' || word === 'false' ? 'bool' : 'identifier', word);
  }

  /** A field or variable, whose first character has been read; alone that is the dot or the root variable. */
  #name(type: 'field' | 'variable'): Token {
    if (this.#isAtTerminator()) return this.#token(type === 'variable' ? 'variable' : '.');
    const stop = this.#skipIdentifierParts();
    if (!this.#isAtTerminator()) return this.#error(`bad character ${describeRune(stop)}`);
    return this.#token(type);
  }

  #skipIdentifierParts(): number {
    let character = this.#peek();
    while (character !== END && isIdentifierPart(character)) {
      this.#advance(character);
      character = this.#peek();
    }
    return character;
  }

  #isAtTerminator(): boolean {
    const character = this.#peek();
    switch (character) {
      case END:
      case 0x20:
      case 0x09:
      case 0x0d:
      case 0x0a:
      case 0x2e:
      case 0x2c:
      case 0x7c:
      case 0x3a:
      case 0x29:
      case 0x28:
        return true;
      default:
        return this.source.startsWith(RIGHT, this.#at);
    }
  }

  #quoted(mark: number, type: 'string' | 'character', unterminated: string): Token {
    while (true) {
      let character = this.#peek();
      this.#advance(character);
      if (character === mark) return this.#token(type);
      const isEscape = character === 0x5c;
      if (isEscape) {
        character = this.#peek();
        this.#advance(character);
      }
      if (character === END || character === 0x0a) return this.#error(unterminated);
    }
  }

  #rawString(): Token {
    const close = this.source.indexOf('`', this.#at);
    this.#at = close < 0 ? this.source.length : close + 1;
    return close < 0 ? this.#error('unterminated raw quoted string') : this.#token('raw string');
  }

  #number(): Token {
    if (!this.#scanNumber()) return this.#badNumber();
    const sign = this.#peek();
    if (sign !== 0x2b && sign !== 0x2d) return this.#token('number');
    if (!this.#scanNumber() || this.source[this.#at - 1] !== 'i') return this.#badNumber();
    return this.#token('complex');
  }

  #badNumber(): Token {
    return this.#error(`bad number syntax: ${quote(this.source.slice(this.#start, this.#at))}`);
  }

  /** Wider than the syntax of numbers: what is wrong with a literal the parser finds out. */
  #scanNumber(): boolean {
    numberShape.lastIndex = this.#at;
    this.#at += numberShape.exec(this.source)?.[0].length ?? 0;
    const next = this.#peek();
    if (next === END || !isIdentifierPart(next)) return true;
    this.#advance(next);
    return false;
  }

  #hasLeftTrimMarker(at: number): boolean {
    return this.source[at] === '-' && isSpace(this.source.charCodeAt(at + 1));
  }

  #isAtTrimmedRight(): boolean {
    return isSpace(this.source.charCodeAt(this.#at)) && this.source.startsWith(`-${RIGHT}`, this.#at + 1);
  }

  #skipSpace(): void {
    while (isSpace(this.source.charCodeAt(this.#at))) this.#at += 1;
  }

  #peek(): number {
    return this.source.codePointAt(this.#at) ?? END;
  }

  #advance(character: number): void {
    if (character !== END) this.#at += character > 0xffff ? 2 : 1;
  }

  #token(type: TokenType, text = this.source.slice(this.#start, this.#at)): Token {
    return { type, position: this.#start, text, line: this.#lineOfStart() };
  }

  #error(message: string): Token {
    return this.#token('error', message);
  }

  #lineOfStart(): number {
    while (this.#newline >= 0 && this.#newline < this.#start) {
      this.#line += 1;
      this.#newline = this.source.indexOf('\n', this.#newline + 1);
    }
    return this.#line;
  }
}

const numberShape =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y;

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x09 || unit === 0x0d || unit === 0x0a;
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

function trimmedEnd(source: string, start: number, end: number): number {
  let at = end;
  while (at > start && isSpace(source.charCodeAt(at - 1))) at -= 1;
  return at;
}
