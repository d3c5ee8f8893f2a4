/** Paths of the variables that a template reads, and how they are written. */
import { isIdentifierPart, isLetter } from '../unicode/classes.ts';

const UNDERSCORE = 0x5f;

/** Paths of variables: keys, and `undefined` for "each element". */
export type Path = readonly (string | undefined)[];

export function fieldOf(path: Path, key: string): Path {
  return [...path, key];
}

export function elementOf(path: Path): Path {
  return [...path, undefined];
}

/** What a template can write behind a dot: the platform's own letters may be more than the language's. */
function isIdentifier(key: string): boolean {
  const [first = 0, ...others] = Array.from(key, (character) => character.codePointAt(0) ?? 0);
  return (first === UNDERSCORE || isLetter(first)) && others.every(isIdentifierPart);
}

/** `messages[].role`; keys that are no identifiers stand in brackets. */
export function pathText(path: Path): string {
  let text = '';
  for (const key of path) {
    if (key === undefined) text += '[]';
    else if (!isIdentifier(key)) text += `[${JSON.stringify(key)}]`;
    else text += text === '' ? key : `.${key}`;
  }
  return text;
}
