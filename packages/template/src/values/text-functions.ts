/** `upper`, `lower`, `join`, `indent` and `quote`: Go's and Sprig's text functions. */

/** `strings.ToUpper`: one character for one character, so `ß` stays. */
export function upper(text: string): string {
  return mapCharacters(text, upperCharacter);
}

/** `strings.ToLower`. */
export function lower(text: string): string {
  return mapCharacters(text, lowerCharacter);
}

const ascii = /^[\0-\x7f]*$/;

function mapCharacters(text: string, map: (character: string) => string): string {
  if (ascii.test(text)) return map === upperCharacter ? text.toUpperCase() : text.toLowerCase();
  let mapped = '';
  for (const character of text) mapped += character.isWellFormed() ? map(character) : '\ufffd';
  return mapped;
}

/** Greek letters with iota subscript have a capital that is one character, where JavaScript writes two. */
function upperCharacter(character: string): string {
  const capital = character.toUpperCase();
  if (isOneCharacter(capital)) return capital;
  const code = character.codePointAt(0) ?? 0;
  const isIotaSubscript = code >= 0x1f80 && code <= 0x1faf && (code & 8) === 0;
  if (isIotaSubscript) return String.fromCodePoint(code + 8);
  if (code === 0x1fb3 || code === 0x1fc3 || code === 0x1ff3) return String.fromCodePoint(code + 9);
  return character;
}

function lowerCharacter(character: string): string {
  const small = character.toLowerCase();
  return isOneCharacter(small) ? small : small.charAt(0);
}

function isOneCharacter(text: string): boolean {
  return text.length === 1 || (text.length === 2 && (text.codePointAt(0) ?? 0) > 0xffff);
}

/** How long `indent` makes a text. */
export function indentedLength(text: string, spaces: number): number {
  return text.length + spaces * (text.split('\n').length || 1);
}

export function indent(text: string, spaces: number): string {
  const padding = ' '.repeat(spaces);
  return padding + text.replaceAll('\n', `\n${padding}`);
}
