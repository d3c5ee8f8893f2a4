/**
 * What the engine sends as the build context: the repository without what `.dockerignore` leaves out, by the rules that Docker documents. The last
 * line that matches a path or one of its folders decides, and `!` lets in again.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Rule {
  readonly isException: boolean;
  readonly pattern: RegExp;
  /** Everything before the first wildcard: below another folder the rule matches nothing. */
  readonly literal: string;
}

export class IgnoreFile {
  readonly #rules: readonly Rule[];

  constructor(text: string) {
    this.#rules = patternsIn(text).map(ruleOf);
  }

  /** Whether the path, relative to the repository, is kept out of the context. */
  excludes(path: string): boolean {
    const decisive = this.#rules.findLast(({ pattern }) =>
      withFolders(path).some((one) => pattern.test(one)),
    );
    return decisive !== undefined && !decisive.isException;
  }

  /** Whether nothing below the folder can be in the context, so that nobody has to look. */
  excludesAllBelow(folder: string): boolean {
    if (!this.excludes(folder)) return false;
    const last = this.#rules.findLastIndex(({ pattern }) =>
      withFolders(folder).some((one) => pattern.test(one)),
    );
    return !this.#rules
      .slice(last + 1)
      .some(
        ({ isException, literal }) =>
          isException && (literal.startsWith(`${folder}/`) || `${folder}/`.startsWith(literal)),
      );
  }
}

/** The lines that are patterns, as they are written. */
export function patternsIn(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Every file of the context, relative to the repository. */
export function filesOfContext(root: string, ignore = ignoreFileOf(root)): string[] {
  const files: string[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!ignore.excludesAllBelow(path)) visit(path);
      } else if (!ignore.excludes(path)) files.push(path);
    }
  };
  visit('');
  return files.toSorted();
}

export function ignoreFileOf(root: string): IgnoreFile {
  return new IgnoreFile(readFileSync(join(root, '.dockerignore'), 'utf8'));
}

function ruleOf(line: string): Rule {
  const isException = line.startsWith('!');
  const pattern = (isException ? line.slice(1) : line).trim().replace(/^\/|\/$/g, '');
  // Docker reads `**.log` as `**/*.log`; podman and buildah do not.
  if (/\*\*[^/]|[^/]\*\*/.test(pattern)) throw new Error(`.dockerignore: "${line}" has ** glued to a name`);
  const expression = pattern
    .replaceAll(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('**/', '\0')
    .replaceAll('**', '.\x01')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]')
    .replaceAll('\0', '(?:.*/)?')
    .replaceAll('\x01', '*');
  return { isException, pattern: new RegExp(`^${expression}$`), literal: pattern.replace(/[*?[].*$/, '') };
}

/** The path, and each folder that it is in. */
function withFolders(path: string): string[] {
  const names = path.split('/');
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}
