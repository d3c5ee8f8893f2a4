/**
 * The words by which a search finds a prompt. The same function derives them from the prompt and from the query, so nothing
 * depends on the database's locale, on how its parser takes `v1.2`, an address or an umlaut, or on the Unicode version of the
 * runtime.
 * See docs/decisions/063-unicode-15.md.
 */
import { compatibilityForm, isInWord, lowerCase } from '@px0/template/pinned-text';

/** Longer ones are cut on both sides, so they still match; the database takes 2,046 bytes. */
const WORD_CHARACTERS = 100;

/** Runs of letters, digits and marks in lower case, each once, in compatibility form: `ﬁ` is `fi`, `²` is `2`. */
export function searchWords(...texts: readonly string[]): string[] {
  const words = new Set<string>();
  const text = texts.join(' ');
  // No letter, mark or normal form reaches over white space, so each piece can be looked at by itself.
  for (const piece of isAscii(text) ? [text] : text.split(/[\t-\r ]+/)) {
    if (isAscii(piece)) addAsciiWords(words, piece);
    else addWords(words, piece);
  }
  return [...words];
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

/** As `addWords`, and many times faster. */
function addAsciiWords(words: Set<string>, piece: string): void {
  for (const word of piece.toLowerCase().match(/[a-z0-9]+/g) ?? []) words.add(word.slice(0, WORD_CHARACTERS));
}

/** More marks on one letter than any language writes. The time that a normal form takes grows with their square. */
const MANY_MARKS = /(\p{M}{30})\p{M}+/gu;

function addWords(words: Set<string>, piece: string): void {
  let word = '';
  let length = 0;
  const formed = compatibilityForm(piece.replace(MANY_MARKS, '$1'));
  for (const character of `${lowerCase(formed)} `) {
    if (isInWord(character.codePointAt(0) ?? 0)) {
      length += 1;
      if (length <= WORD_CHARACTERS) word += character;
    } else if (length > 0) {
      words.add(word);
      word = '';
      length = 0;
    }
  }
}

/** The words as the text of a `tsvector`. They consist of letters, digits and marks, so none can end its quotes. */
export function wordsVector(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(' ');
}
