/** Tokens of a template for an editor: of any text, right or wrong, in time linear in its length. */
import { isFunction } from './function-table.ts';
import { Lexer, type Token, type TokenType } from './lexer.ts';

export type HighlightKind =
  | 'text'
  | 'delimiter'
  | 'comment'
  | 'keyword'
  | 'function'
  | 'identifier'
  | 'field'
  | 'variable'
  | 'string'
  | 'number'
  | 'constant'
  | 'operator'
  | 'error';

/** A part of the text, in UTF-16 offsets; `to` is exclusive. Tokens ascend and never overlap; gaps are white space. */
export interface HighlightToken {
  readonly from: number;
  readonly to: number;
  readonly kind: HighlightKind;
}

const KINDS: Readonly<Record<Exclude<TokenType, 'space' | 'eof' | 'identifier'>, HighlightKind>> = {
  text: 'text',
  '{{': 'delimiter',
  '}}': 'delimiter',
  comment: 'comment',
  error: 'error',
  bool: 'constant',
  nil: 'constant',
  char: 'error',
  character: 'number',
  number: 'number',
  complex: 'number',
  string: 'string',
  'raw string': 'string',
  field: 'field',
  '.': 'field',
  variable: 'variable',
  '=': 'operator',
  ':=': 'operator',
  '|': 'operator',
  '(': 'operator',
  ')': 'operator',
  block: 'keyword',
  break: 'keyword',
  continue: 'keyword',
  define: 'keyword',
  else: 'keyword',
  end: 'keyword',
  if: 'keyword',
  range: 'keyword',
  template: 'keyword',
  with: 'keyword',
};

/** Never throws. A text that is no template has tokens of the kind `error` where it goes wrong. */
export function highlight(source: string): HighlightToken[] {
  const lexer = new Lexer(source.toWellFormed(), { keepsComments: true });
  const tokens: HighlightToken[] = [];
  while (true) {
    const token = lexer.next();
    if (token.type === 'eof') return tokens;
    if (token.type === 'error') {
      // Read on behind the fault, at least one character further.
      if (!lexer.skipFault(token.position)) return pushed(tokens, token.position, source.length, 'error');
      pushed(tokens, token.position, lexer.offset, 'error');
    } else if (token.type !== 'space')
      pushed(tokens, token.position, token.position + token.text.length, kindOf(token));
  }
}

function kindOf(token: Token): HighlightKind {
  if (token.type === 'identifier') return isFunction(token.text) ? 'function' : 'identifier';
  if (token.type === 'space' || token.type === 'eof') return 'text';
  // The comma between two variables of a range.
  if (token.type === 'char' && token.text === ',') return 'operator';
  return KINDS[token.type];
}

function pushed(tokens: HighlightToken[], from: number, to: number, kind: HighlightKind): HighlightToken[] {
  if (to > from) tokens.push({ from, to, kind });
  return tokens;
}
