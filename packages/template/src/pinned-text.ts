/**
 * Texts by the rules of Unicode 15, whatever the runtime's own version: what px0 derives from a text and stores or compares (slugs, the
 * words of a search, names without letter case) must come out alike on every release of Node and in every browser.
 * See docs/decisions/063-unicode-15.md.
 */

import { simpleLower, simpleUpper } from './unicode/case.ts';
import { isLetter } from './unicode/classes.ts';
import { RangeTable } from './unicode/range-table.ts';
import { ASSIGNED, WORDS } from './unicode/tables.ts';

export { isLetterOrDigit } from './unicode/classes.ts';
export { simpleLower, simpleUpper };

const assigned = new RangeTable(ASSIGNED);
const words = new RangeTable(WORDS);

/** A letter, a mark or a number (L, M, N). */
export function isInWord(codePoint: number): boolean {
  return words.has(codePoint);
}

/** As `String.prototype.toUpperCase` under Unicode 15: `ß` becomes `SS`, and letters that later versions gave a capital stay. */
export function upperCase(text: string): string {
  let mapped = '';
  for (const character of text) mapped += upperCharacter(character);
  return mapped;
}

/** As `String.prototype.toLowerCase` under Unicode 15: a `Σ` at the end of a word becomes `ς`. */
export function lowerCase(text: string): string {
  const characters = [...text];
  return characters
    .map((character, index) => {
      if (character === CAPITAL_SIGMA) return endsWord(characters, index) ? 'ς' : 'σ';
      return character === 'İ' ? 'i\u0307' : String.fromCodePoint(simpleLower(codePointOf(character)));
    })
    .join('');
}

/**
 * As `String.prototype.normalize('NFKC')` under Unicode 15. Normal forms of assigned characters never change (Unicode's stability policy),
 * and an unassigned one takes no part in any: so the runtime's own function does for what lies between those.
 */
export function compatibilityForm(text: string): string {
  let formed = '';
  let piece = '';
  for (const character of text) {
    if (isAssigned(character)) piece += character;
    else {
      formed += piece.normalize('NFKC') + character;
      piece = '';
    }
  }
  return formed + piece.normalize('NFKC');
}

const CAPITAL_SIGMA = 'Σ';

/** Only letters have capitals of several characters, and which ones those are is settled when a letter is encoded. */
function upperCharacter(character: string): string {
  const codePoint = codePointOf(character);
  const own = character.toUpperCase();
  const isLonger = [...own].length > 1 && isLetter(codePoint);
  return isLonger ? own : String.fromCodePoint(simpleUpper(codePoint));
}

/** Unicode's condition Final_Sigma: a cased letter before, and none after, where what is case-ignorable is passed over. */
function endsWord(characters: readonly string[], index: number): boolean {
  return isCasedFrom(characters, index, -1) && !isCasedFrom(characters, index, 1);
}

function isCasedFrom(characters: readonly string[], index: number, step: 1 | -1): boolean {
  let at = index + step;
  while (isKnown(characters[at], /^\p{Case_Ignorable}$/u)) at += step;
  return isKnown(characters[at], /^\p{Cased}$/u);
}

function isKnown(character: string | undefined, property: RegExp): boolean {
  return character !== undefined && property.test(character) && isAssigned(character);
}

function isAssigned(character: string): boolean {
  return assigned.has(codePointOf(character));
}

function codePointOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
