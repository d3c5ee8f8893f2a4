/** Where the actions of a text begin and end, of any text, in linear time. One that nobody has closed ends before the next one, so that it hides no other. */

export interface Action {
  readonly start: number;
  /** Exclusive. Of one that is not closed: where the next action or line begins. */
  readonly end: number;
  readonly isClosed: boolean;
}

/** Agrees with the lexer on a text that has no error. Never throws. */
export function actionsIn(text: string): readonly Action[] {
  const scanner = new Scanner(text);
  const actions: Action[] = [];
  for (let start = text.indexOf('{{'); start >= 0; ) {
    const action = scanner.actionAt(start);
    actions.push(action);
    start = text.indexOf('{{', action.end);
  }
  return actions;
}

const comment = /\{\{(?:-\s)?\/\*/y;
const commentEnd = /\*\/(?:\s-)?\}\}/g;

class Scanner {
  readonly #text: string;
  /** Up to where it is known that a quote of this kind has no other end. */
  readonly #open = new Map<string, number>();

  constructor(text: string) {
    this.#text = text;
  }

  actionAt(start: number): Action {
    comment.lastIndex = start;
    if (comment.test(this.#text)) return this.#commentAt(start);
    const text = this.#text;
    let at = start + 2;
    while (at < text.length) {
      if (text.startsWith('}}', at)) return { start, end: at + 2, isClosed: true };
      if (text.startsWith('{{', at)) break;
      const character = text.charAt(at);
      at = isQuote(character) ? this.#behindQuoted(character, at) : at + 1;
    }
    const line = text.indexOf('\n', start);
    return { start, end: line === -1 ? at : Math.min(at, line), isClosed: false };
  }

  #commentAt(start: number): Action {
    commentEnd.lastIndex = start;
    const end = commentEnd.exec(this.#text);
    return end === null
      ? { start, end: this.#text.length, isClosed: false }
      : { start, end: commentEnd.lastIndex, isClosed: true };
  }

  /** Behind the quoted text that begins there; behind its first quote if it has no other. */
  #behindQuoted(quote: string, at: number): number {
    const text = this.#text;
    if (at < (this.#open.get(quote) ?? 0)) return at + 1;
    const next = text.indexOf('\n', at);
    const limit = quote === '`' || next === -1 ? text.length : next;
    for (let place = at + 1; place < limit; place++) {
      if (text[place] === '\\' && quote !== '`') place++;
      else if (text[place] === quote) return place + 1;
    }
    this.#open.set(quote, limit);
    return at + 1;
  }
}

function isQuote(character: string): boolean {
  return character === '"' || character === "'" || character === '`';
}
