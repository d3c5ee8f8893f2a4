/** The filters of the prompt list, kept in the URL. */
import { NO_FOLDER } from './folder-tree.ts';

export interface PromptSearch {
  /** A team's ID; absent: all the user's teams. */
  readonly team?: string;
  readonly status?: 'archived' | 'all';
  readonly tag?: string;
  readonly q?: string;
  readonly sort?: PromptSort;
  /** The path of a folder, or `NO_FOLDER`; absent: all prompts. */
  readonly folder?: string;
  /** Whether `q` searches the content of versions. */
  readonly in?: 'content';
}

export const promptSorts = [
  '-changed_at',
  'changed_at',
  '-created_at',
  'created_at',
  'name',
  '-name',
] as const;
export type PromptSort = (typeof promptSorts)[number];

export const defaultSort: PromptSort = '-changed_at';

/** Reads the filters from a URL's query. Drops anything else, and defaults. */
export function promptSearch(search: Readonly<Record<string, unknown>>): PromptSearch {
  const sort = promptSorts.find((one) => one === search['sort']);
  const status = search['status'];
  return {
    ...textAt(search, 'team'),
    ...(status === 'archived' || status === 'all' ? { status } : {}),
    ...textAt(search, 'tag'),
    ...textAt(search, 'q'),
    ...(sort === undefined || sort === defaultSort ? {} : { sort }),
    ...textAt(search, 'folder'),
    ...(search['in'] === 'content' ? { in: 'content' } : {}),
  };
}

function textAt<Key extends 'team' | 'tag' | 'q' | 'folder'>(
  search: Readonly<Record<string, unknown>>,
  key: Key,
): { [K in Key]?: string } {
  const value = search[key];
  // The router parses values that look like JSON.
  const isLiteral = typeof value === 'number' || typeof value === 'boolean' || value === null;
  const text = isLiteral ? String(value) : value;
  const found: { [K in Key]?: string } = {};
  if (typeof text === 'string' && text !== '') found[key] = text;
  return found;
}

/** The filters with another folder, or none. */
export function withFolder(
  { team: _team, folder: _folder, ...others }: PromptSearch,
  team: string | undefined,
  folder: string | undefined,
): PromptSearch {
  return { ...others, ...(team !== undefined && { team }), ...(folder !== undefined && { folder }) };
}

/** The API query for these filters. A folder includes those below it. */
export function listQuery({ status, tag, q, sort, folder, in: place }: PromptSearch) {
  return {
    status: status === 'all' ? undefined : (status ?? 'active'),
    tag,
    q,
    sort: sort ?? defaultSort,
    limit: 50,
    include: 'summary',
    folder: folder === undefined || folder === NO_FOLDER ? folder : `${folder}/`,
    in: q === undefined ? undefined : place,
  };
}

/** How many filters narrow the list, besides the words of a search. */
export function filterCount({ team, status, tag, folder }: PromptSearch): number {
  return [team, status, tag, folder].filter((filter) => filter !== undefined).length;
}

/** Whether a filter other than the team is set. */
export function isFiltered({ status, tag, q, folder }: PromptSearch): boolean {
  return [status, tag, q, folder].some((filter) => filter !== undefined);
}
