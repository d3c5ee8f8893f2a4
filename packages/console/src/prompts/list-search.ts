/** What the list of prompts is filtered by, as the address of the page holds it. */

export interface PromptSearch {
  /** A team's id; absent: all teams of the person. */
  readonly team?: string;
  readonly status?: 'archived' | 'all';
  readonly tag?: string;
  readonly q?: string;
  readonly sort?: PromptSort;
}

export const promptSorts = ['-updated_at', '-created_at', 'created_at', 'name', '-name'] as const;
export type PromptSort = (typeof promptSorts)[number];

export const defaultSort: PromptSort = '-updated_at';

/** Of any query of an address: what is no filter is dropped, and so is what is the default anyway. */
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
  // The router reads what looks like JSON as its value.
  const isLiteral = typeof value === 'number' || typeof value === 'boolean' || value === null;
  const text = isLiteral ? String(value) : value;
  const found: { [K in Key]?: string } = {};
  if (typeof text === 'string' && text !== '') found[key] = text;
  return found;
}

/** The query of the API for it. */
export function listQuery({ status, tag, q, sort }: PromptSearch) {
  return {
    status: status === 'all' ? undefined : (status ?? 'active'),
    tag,
    q,
    sort: sort ?? defaultSort,
    limit: 50,
  };
}

/** Whether anything but the team narrows the list. */
export function isFiltered({ status, tag, q }: PromptSearch): boolean {
  return status !== undefined || tag !== undefined || q !== undefined;
}
