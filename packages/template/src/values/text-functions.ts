/** `upper`, `lower` and `indent`: Go's and Sprig's text functions. */

import { simpleLower, simpleUpper } from '../unicode/case.ts';
import { textOfUnits } from './go-string.ts';

/** `strings.ToUpper` by Unicode 15, for a piece of a text that cuts no character: one character for one, so `ß` stays. */
export function upper(piece: string): string {
  return ascii.test(piece) ? piece.toUpperCase() : mapCharacters(piece, simpleUpper);
}

/** `strings.ToLower` by Unicode 15, for a piece of a text that cuts no character. */
export function lower(piece: string): string {
  return ascii.test(piece) ? piece.toLowerCase() : mapCharacters(piece, simpleLower);
}

const ascii = /^[\0-\x7f]*$/;

function mapCharacters(text: string, map: (codePoint: number) => number): string {
  return textOfUnits((push) => {
    for (let i = 0; i < text.length; i++) {
      const codePoint = text.codePointAt(i) ?? 0;
      if (codePoint > 0xffff) i += 1;
      // Bytes that are not UTF-8 become U+FFFD here, as in Go.
      push(codePoint >= 0xdc00 && codePoint <= 0xdfff ? 0xfffd : map(codePoint));
    }
  });
}

/** How many lines `indent` indents. */
export function countLines(text: string): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

export function indent(text: string, spaces: number): string {
  const padding = ' '.repeat(spaces);
  return padding + text.replaceAll('\n', `\n${padding}`);
}
