/** The filters of the prompt list, kept in the URL. */

export interface PromptSearch {
  /** A team's ID; absent: all the user's teams. */
  readonly team?: string;
  readonly status?: 'archived' | 'all';
  readonly tag?: string;
  readonly q?: string;
  readonly sort?: PromptSort;
}

export const promptSorts = ['-updated_at', '-created_at', 'created_at', 'name', '-name'] as const;
export type PromptSort = (typeof promptSorts)[number];

export const defaultSort: PromptSort = '-updated_at';

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
  };
}

function textAt<Key extends 'team' | 'tag' | 'q'>(
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

/** The API query for these filters. */
export function listQuery({ status, tag, q, sort }: PromptSearch) {
  return {
    status: status === 'all' ? undefined : (status ?? 'active'),
    tag,
    q,
    sort: sort ?? defaultSort,
    limit: 50,
    include: 'summary',
  };
}

/** Whether a filter other than the team is set. */
export function isFiltered({ status, tag, q }: PromptSearch): boolean {
  return status !== undefined || tag !== undefined || q !== undefined;
}
