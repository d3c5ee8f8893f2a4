/** `upper`, `lower`, `join`, `indent` and `quote`: Go's and Sprig's text functions. */

import { simpleLower, simpleUpper } from '../unicode/case.ts';

/** `strings.ToUpper` by Unicode 15: one character for one character, so `ß` stays. */
export function upper(text: string): string {
  return ascii.test(text) ? text.toUpperCase() : mapCharacters(text, simpleUpper);
}

/** `strings.ToLower` by Unicode 15. */
export function lower(text: string): string {
  return ascii.test(text) ? text.toLowerCase() : mapCharacters(text, simpleLower);
}

const ascii = /^[\0-\x7f]*$/;

function mapCharacters(text: string, map: (codePoint: number) => number): string {
  let mapped = '';
  for (const character of text)
    mapped += character.isWellFormed() ? String.fromCodePoint(map(character.codePointAt(0) ?? 0)) : '\ufffd';
  return mapped;
}

/** How long `indent` makes a text. */
export function indentedLength(text: string, spaces: number): number {
  return text.length + spaces * (text.split('\n').length || 1);
}

export function indent(text: string, spaces: number): string {
  const padding = ' '.repeat(spaces);
  return padding + text.replaceAll('\n', `\n${padding}`);
}
