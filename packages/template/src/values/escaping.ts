/** `html`, `js` and `urlquery`, each for a piece of a text that cuts no character. */

import { isPrintable } from '../unicode/classes.ts';
import { strayByte, toBytes } from './go-string.ts';

const HTML: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[\0"'&<>]/g, (character) => HTML[character] ?? character);
}

const JS: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "\\'", '"': '\\"' };

export function escapeJs(text: string): string {
  // Every character outside ASCII is looked at; those that print stay.
  return text.replace(/[\\'"<>&=]|[^ -\x7f]/gu, (character) => {
    const escaped = JS[character];
    if (escaped !== undefined) return escaped;
    const codePoint = character.codePointAt(0) ?? 0;
    // A stray byte reads as U+FFFD, which prints.
    if (codePoint >= 0x80 && (strayByte(codePoint) >= 0 || isPrintable(codePoint))) return character;
    return `\\u${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
  });
}

/** What each byte becomes. */
const QUERY: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  if (byte === 0x20) return '+';
  const character = String.fromCharCode(byte);
  return /[\w.~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
});

export function escapeQuery(text: string): string {
  let escaped = '';
  for (const byte of toBytes(text)) escaped += QUERY[byte] ?? '';
  return escaped;
}
