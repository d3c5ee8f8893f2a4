/** Pages by cursor: a length, and an opaque mark of the last row of the previous page. Clients send both, so both are validated. */
import { ApiError } from '@px0/service-kit';
import { z } from 'zod';

/** The last row of a page: the value that the list is ordered by (a time in the wire's form), and the id that breaks ties. */
export interface PageMark {
  readonly value: string;
  readonly id: string;
}

export interface Page<Row, Mark> {
  readonly rows: Row[];
  /** Where the next page begins; undefined on the last one, and for a list without limit. */
  readonly next: Mark | undefined;
}

const MAX_LIMIT = 1_000;

/** A page's length, 1 to 1,000; undefined when not given. @throws ApiError invalidLimit */
export function parseLimit(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const limit = /^[0-9]{1,6}$/.test(text) ? Number(text) : 0;
  if (limit < 1) throw new ApiError('invalidLimit');
  return Math.min(limit, MAX_LIMIT);
}

/** How many rows to fetch: one more than the page has shows whether there is a next page. */
export function rowsToFetch(limit: number | undefined): number | null {
  return limit === undefined ? null : limit + 1;
}

/** The page out of what `rowsToFetch` said. */
export function pageOf<Row, Mark>(
  rows: Row[],
  limit: number | undefined,
  markOf: (last: Row) => Mark,
): Page<Row, Mark> {
  if (limit === undefined || rows.length <= limit) return { rows, next: undefined };
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: last === undefined ? undefined : markOf(last) };
}

/** It names the order that it belongs to, since a mark means nothing in another one. */
export function encodeMark(order: string, mark: PageMark): string {
  return Buffer.from(JSON.stringify([order, mark.value, mark.id])).toString('base64url');
}

/** @throws ApiError invalidCursor for anything that `encodeMark` did not make for this order */
export function parseMark(
  text: string | undefined,
  order: string,
  kind: 'time' | 'text',
): PageMark | undefined {
  if (text === undefined || text === '') return undefined;
  const parsed = markSchema.safeParse(decodeJson(text));
  if (!parsed.success) throw new ApiError('invalidCursor');
  const [found, value, id] = parsed.data;
  if (found !== order || (kind === 'time' && !isTime(value))) throw new ApiError('invalidCursor');
  return { value, id };
}

/** For lists that are ordered by a number of their own. */
export function encodeNumber(number: string | number | bigint): string {
  return Buffer.from(String(number)).toString('base64url');
}

/**
 * The digits of a positive number, of which the database's 64 bits always hold eighteen.
 *
 * @throws ApiError invalidCursor for anything that `encodeNumber` did not make
 */
export function parseNumber(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  const digits = Buffer.from(text, 'base64url').toString('latin1');
  if (!/^[1-9][0-9]{0,17}$/.test(digits) || encodeNumber(digits) !== text)
    throw new ApiError('invalidCursor');
  return digits;
}

const markSchema = z.tuple([z.string(), z.string().regex(/^[^\0]*$/), z.guid()]);

function decodeJson(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** What reaches the database as a time must be one, or its error would be the answer: also 30 February and the year 0 are none. */
function isTime(value: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/.test(value) || value.startsWith('0000')) return false;
  const time = Date.parse(value);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 19) === value.slice(0, 19);
}
