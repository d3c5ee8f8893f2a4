/** Paths of variables: keys, and `undefined` for "each element". */
export type Path = readonly (string | undefined)[];

export function fieldOf(path: Path, key: string): Path {
  return [...path, key];
}

export function elementOf(path: Path): Path {
  return [...path, undefined];
}

const identifier = /^[\p{L}_][\p{L}\p{Nd}_]*$/u;

/** `messages[].role`; keys that are no identifiers stand in brackets. */
export function pathText(path: Path): string {
  let text = '';
  for (const key of path) {
    if (key === undefined) text += '[]';
    else if (!identifier.test(key)) text += `[${JSON.stringify(key)}]`;
    else text += text === '' ? key : `.${key}`;
  }
  return text;
}
