/**
 * Names in generated code, made of slugs and of keys. Whatever they are made of, they are identifiers in every language: letters that a compiler may not know,
 * or that Python takes for others, are written as their numbers.
 */
import { compatibilityForm, isLetterOrDigit, simpleUpper } from '@px0/template/pinned-text';

const LARGEST_OF_PLANE_0 = 0xffff;

/** The words of a slug or a key: what stands between `_` and other characters that are no letters or digits. */
export function wordsOf(text: string): string[] {
  let written = '';
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    if (!isLetterOrDigit(codePoint)) written += '_';
    else written += isKnown(character, codePoint) ? character : `u${codePoint.toString(16)}`;
  }
  return written.split('_').filter((word) => word !== '');
}

/** Whether it is a part of identifiers everywhere, and the same character in each: Python compares identifiers by their compatibility forms. */
function isKnown(character: string, codePoint: number): boolean {
  if (codePoint < 0x80) return true;
  return (
    codePoint <= LARGEST_OF_PLANE_0 &&
    // The letters of Hangul, which Unicode joins to syllables.
    !/[\u1100-\u11ff]/.test(character) &&
    /\p{ID_Continue}/u.test(character) &&
    compatibilityForm(character) === character
  );
}

/** `supportReply`. */
export function camelCase(words: readonly string[]): string {
  const [first = '', ...others] = words;
  return withLetter('p', first + others.map(capitalised).join(''));
}

/** `SupportReply`. */
export function pascalCase(words: readonly string[]): string {
  return withLetter('P', words.map(capitalised).join(''));
}

/** `support_reply`. */
export function snakeCase(words: readonly string[]): string {
  return withLetter('p', words.join('_'));
}

function capitalised(word: string): string {
  const [first = '', ...others] = word;
  const capital = String.fromCodePoint(simpleUpper(first.codePointAt(0) ?? 0));
  return [capital, ...others].join('');
}

/** Go exports what begins with a capital letter, and there are letters that have none. */
function withLetter(letter: string, name: string): string {
  return /^[A-Za-z]/.test(name) ? name : letter + name;
}

/** The names of one namespace. Equal ones get a `2`, a `3` and so on, in the order in which they are asked for. */
export class Names {
  readonly #taken: Set<string>;

  constructor(reserved: readonly string[] = []) {
    this.#taken = new Set(reserved);
  }

  /** Takes names that belong together: the first numbers with which all of them are free. */
  claim<Claimed extends Readonly<Record<string, string>>>(named: (number: string) => Claimed): Claimed {
    for (let number = 1; ; number += 1) {
      const claimed = named(number === 1 ? '' : String(number));
      const names = Object.values(claimed);
      if (names.some((name) => this.#taken.has(name))) continue;
      for (const name of names) this.#taken.add(name);
      return claimed;
    }
  }

  claimOne(name: string): string {
    return this.claim((number) => ({ name: name + number })).name;
  }
}
