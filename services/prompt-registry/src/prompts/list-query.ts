/** What a list of prompts is asked for: the contract's filters, and the additive ones (search, tag, order, pages). */
import { ApiError } from '@px0/service-kit';
import { z } from 'zod';

export interface ListParameters {
  readonly status?: string | undefined;
  readonly archived?: string | undefined;
  readonly q?: string | undefined;
  readonly tag?: string | undefined;
  readonly sort?: string | undefined;
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
}

export type SortColumn = 'created_at' | 'updated_at' | 'name';

export interface ListQuery {
  readonly status: string | undefined;
  /** Words, each of which must begin a word of the name, slug or description. */
  readonly words: readonly string[];
  readonly tag: string | undefined;
  readonly sort: { readonly column: SortColumn; readonly descending: boolean };
  /** Undefined: the complete list, as the contract has it. */
  readonly limit: number | undefined;
  readonly after: PageMark | undefined;
}

/** The last row of a page: the value that the list is ordered by (a time in the wire's form), and the id that breaks ties. */
export interface PageMark {
  readonly value: string;
  readonly id: string;
}

const TRUE_WORDS = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE_WORDS = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);
const SORT = /^(-?)(created_at|updated_at|name)$/;
const MAX_LIMIT = 1000;
/** More words narrow nothing that a person would notice, and each costs an index look-up. */
const MAX_WORDS = 16;

/** @throws ApiError invalidSort, invalidLimit, invalidCursor */
export function parseListQuery(parameters: ListParameters): ListQuery {
  const sort = sortOf(parameters.sort);
  const { cursor = '' } = parameters;
  return {
    status: statusOf(parameters),
    words: (parameters.q?.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).slice(0, MAX_WORDS),
    tag: parameters.tag === '' ? undefined : parameters.tag,
    sort,
    limit: parseLimit(parameters.limit),
    after: cursor === '' ? undefined : parseCursor(cursor, sort),
  };
}

/** `status` wins; of `archived` only the listed spellings count and anything else is as if it were absent. */
function statusOf({ status, archived }: ListParameters): string | undefined {
  if (status !== undefined && status !== '') return status;
  if (archived === undefined) return undefined;
  if (TRUE_WORDS.has(archived)) return 'archived';
  return FALSE_WORDS.has(archived) ? 'active' : undefined;
}

function sortOf(text: string | undefined): ListQuery['sort'] {
  if (text === undefined || text === '') return { column: 'created_at', descending: true };
  const [, sign, column] = SORT.exec(text) ?? [];
  switch (column) {
    case 'created_at':
    case 'updated_at':
    case 'name':
      return { column, descending: sign === '-' };
    default:
      throw new ApiError('invalidSort');
  }
}

/** A page's length, 1 to 1,000; undefined when not given. @throws ApiError invalidLimit */
export function parseLimit(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const limit = /^[0-9]{1,6}$/.test(text) ? Number(text) : 0;
  if (limit < 1) throw new ApiError('invalidLimit');
  return Math.min(limit, MAX_LIMIT);
}

/** Opaque to clients. It names the order that it belongs to, since a mark means nothing in another one. */
export function encodeCursor(mark: PageMark, sort: ListQuery['sort']): string {
  return Buffer.from(JSON.stringify([orderName(sort), mark.value, mark.id])).toString('base64url');
}

/** @throws ApiError invalidCursor for anything that `encodeCursor` did not make for this order */
export function parseCursor(text: string, sort: ListQuery['sort']): PageMark {
  const parsed = cursorSchema.safeParse(decodeJson(text));
  if (!parsed.success) throw new ApiError('invalidCursor');
  const [order, value, id] = parsed.data;
  if (order !== orderName(sort) || !isValueOf(sort.column, value)) throw new ApiError('invalidCursor');
  return { value, id };
}

const cursorSchema = z.tuple([z.string(), z.string().regex(/^[^\0]*$/), z.guid()]);

function decodeJson(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function orderName({ column, descending }: ListQuery['sort']): string {
  return descending ? `-${column}` : column;
}

/** What reaches the database as a time must be one, or its error would be the answer: also 30 February and the year 0 are none. */
function isValueOf(column: SortColumn, value: string): boolean {
  if (column === 'name') return true;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/.test(value) || value.startsWith('0000')) return false;
  const time = Date.parse(value);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 19) === value.slice(0, 19);
}
