/** Paths of the variables that a template reads, and how they are written. */
import { isIdentifierPart, isLetter } from '../unicode/classes.ts';

const UNDERSCORE = 0x5f;

/**
 * The path of a variable. It is written once, when it is made from the path above it: templates that call one another make tens of
 * thousands of long ones.
 */
export interface Path {
  /** `messages[].role`; keys that are no identifiers stand in brackets. */
  readonly text: string;
  /** How many steps lead to it. */
  readonly length: number;
  /** It stands for each element of the path above it. */
  readonly isElement: boolean;
}

/** The path of the data itself. */
export const ROOT: Path = { text: '', length: 0, isElement: false };

export function fieldOf({ text, length }: Path, key: string): Path {
  return { text: text + pathStep(key, text === ''), length: length + 1, isElement: false };
}

export function elementOf({ text, length }: Path): Path {
  return { text: `${text}[]`, length: length + 1, isElement: true };
}

/** What stands in a path for a key, be it the first of the path or below others. */
export function pathStep(key: string, isFirst: boolean): string {
  if (!isIdentifier(key)) return `[${JSON.stringify(key)}]`;
  return isFirst ? key : `.${key}`;
}

/** What a template can write behind a dot: the platform's own letters may be more than the language's. */
function isIdentifier(key: string): boolean {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) return true;
  let isFirst = true;
  for (const character of key) {
    const point = character.codePointAt(0) ?? 0;
    if (isFirst ? point !== UNDERSCORE && !isLetter(point) : !isIdentifierPart(point)) return false;
    isFirst = false;
  }
  return !isFirst;
}
