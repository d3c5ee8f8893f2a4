/** Folders of prompts. The API knows the paths that hold prompts; the folders above them follow from the paths. */

export interface Folder {
  readonly path: string;
  /** The last part of the path. */
  readonly name: string;
  /** How many folders are above it. */
  readonly depth: number;
  /** The prompts in it and in the folders below it. */
  readonly prompts: number;
}

/** What a list is narrowed to in order to show the prompts in no folder. No folder can have this path. */
export const NO_FOLDER = '/';

export function nameOfFolder(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The folders above a path, from the top, and the path itself. */
export function stepsTo(path: string): readonly string[] {
  const parts = path === '' || path === NO_FOLDER ? [] : path.split('/');
  return parts.map((_part, at) => parts.slice(0, at + 1).join('/'));
}

/** All folders, each followed by those in it. */
export function folderTree(
  held: readonly { readonly path: string; readonly prompts: number }[],
): readonly Folder[] {
  const counts = new Map<string, number>();
  for (const { path, prompts } of held) {
    for (const step of stepsTo(path)) counts.set(step, (counts.get(step) ?? 0) + prompts);
  }
  return [...counts]
    .map(([path, prompts]) => ({
      path,
      name: nameOfFolder(path),
      depth: path.split('/').length - 1,
      prompts,
    }))
    .toSorted((one, other) => (sortKey(one.path) < sortKey(other.path) ? -1 : 1));
}

/** Sorts a folder before those in it, and those before its next sibling. */
function sortKey(path: string): string {
  return path.replaceAll('/', '\0');
}

/** The folders at the top, those on the way to the chosen one, and those in each of these. */
export function openFolders(tree: readonly Folder[], chosen: string): readonly Folder[] {
  const open = new Set(['', ...stepsTo(chosen)]);
  return tree.filter(({ path }) => open.has(path.slice(0, Math.max(0, path.lastIndexOf('/')))));
}

/** What a user typed as a path: without space around its parts, and without empty ones. */
export function tidyFolder(text: string): string {
  return text
    .split('/')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join('/');
}
