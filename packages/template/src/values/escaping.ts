/** `html`, `js` and `urlquery`, each for a piece of a text that cuts no character. */

import { isPrintable } from '../unicode/classes.ts';
import { strayByte } from './go-string.ts';

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

export function escapeQuery(text: string): string {
  const escaped = text.isWellFormed() ? encodeURIComponent(text) : escapeStrayBytes(text);
  // JavaScript leaves a few more characters as they are.
  return escaped.replace(/%20|[!'()*]/g, (part) => (part === '%20' ? '+' : percent(part.charCodeAt(0))));
}

function escapeStrayBytes(text: string): string {
  return Array.from(text, (character) => {
    const byte = strayByte(character.codePointAt(0) ?? 0);
    return byte < 0 ? encodeURIComponent(character) : percent(byte);
  }).join('');
}

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
