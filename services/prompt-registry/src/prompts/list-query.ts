/** Parses the query of a list of prompts: the contract's filters, and the additive ones (search, tag, order, pages). */
import { parseBoolean } from '@px0/contracts';
import { type PageMark, parseLimit, parseMark } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import { type FolderFilter, parseFolderFilter } from './folder.ts';
import { searchWords } from './search-words.ts';

export interface ListParameters {
  readonly status?: string | undefined;
  readonly archived?: string | undefined;
  readonly q?: string | undefined;
  readonly in?: string | undefined;
  readonly include?: string | undefined;
  readonly folder?: string | undefined;
  readonly tag?: string | undefined;
  readonly sort?: string | undefined;
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
}

export type SortColumn = 'created_at' | 'updated_at' | 'changed_at' | 'name';

export interface ListQuery {
  readonly status: string | undefined;
  /** Words, each of which must begin a word of what is searched. None: nothing matches. Undefined: no search. */
  readonly words: readonly string[] | undefined;
  /** `about`: name, slug, description and folder. */
  readonly searched: 'about' | 'content';
  /** What is shown of each prompt besides itself. */
  readonly include: 'summary' | undefined;
  readonly folder: FolderFilter | undefined;
  readonly tag: string | undefined;
  readonly sort: { readonly column: SortColumn; readonly descending: boolean };
  /** Undefined: the complete list, as the contract has it. */
  readonly limit: number | undefined;
  readonly after: PageMark | undefined;
}

const SORT = /^(-?)(created_at|updated_at|changed_at|name)$/;
/** More words narrow nothing that a person would notice, and each costs an index look-up. */
const MAX_WORDS = 16;

/** Judged after the caller's right to see the team. @throws ApiError invalidIn, invalidListInclude, invalidFolder, invalidSort, invalidLimit, invalidCursor */
export function parseListQuery(parameters: ListParameters): ListQuery {
  const searched = searchedOf(parameters.in);
  const include = includeOf(parameters.include);
  const folder = parseFolderFilter(parameters.folder);
  const sort = sortOf(parameters.sort);
  return {
    status: statusOf(parameters),
    words: wordsOf(parameters.q),
    searched,
    include,
    folder,
    tag: parameters.tag === '' ? undefined : parameters.tag,
    sort,
    limit: parseLimit(parameters.limit),
    after: parseMark(parameters.cursor, orderName(sort), sort.column === 'name' ? 'text' : 'time'),
  };
}

function searchedOf(text: string | undefined): ListQuery['searched'] {
  if (text === undefined) return 'about';
  if (text !== 'content') throw new ApiError('invalidIn');
  return text;
}

function includeOf(text: string | undefined): ListQuery['include'] {
  if (text !== undefined && text !== 'summary') throw new ApiError('invalidListInclude');
  return text;
}

/** Blank is no search. A text that has no words (an emoji, `%`) is one that nothing matches. */
function wordsOf(q = ''): string[] | undefined {
  return q.trim() === '' ? undefined : searchWords(q).slice(0, MAX_WORDS);
}

/** `status` wins; of `archived` only the listed spellings count and anything else is as if it were absent. */
function statusOf({ status, archived }: ListParameters): string | undefined {
  if (status !== undefined && status !== '') return status;
  if (archived === undefined) return undefined;
  const isArchived = parseBoolean(archived);
  if (isArchived === undefined) return undefined;
  return isArchived ? 'archived' : 'active';
}

function sortOf(text: string | undefined): ListQuery['sort'] {
  if (text === undefined || text === '') return { column: 'created_at', descending: true };
  const [, sign, column] = SORT.exec(text) ?? [];
  switch (column) {
    case 'created_at':
    case 'updated_at':
    case 'changed_at':
    case 'name':
      return { column, descending: sign === '-' };
    default:
      throw new ApiError('invalidSort');
  }
}

/** As a parameter spells it, and as cursors name it. */
export function orderName({ column, descending }: ListQuery['sort']): string {
  return descending ? `-${column}` : column;
}
