/** Pages by number: how `page` and `limit` of a query are read, and which rows they mean. */

export interface PageRequest {
  /** From 1. */
  readonly page: number;
  readonly limit: number;
}

export interface NumberedPage<T> extends PageRequest {
  readonly items: T[];
  /** Rows in all, on all pages. */
  readonly total: number;
}

export const DEFAULT_LIMIT = 10;
/** Larger pages are cut, and the cut value is echoed. */
export const LARGEST_LIMIT = 100;

/** Missing, not an integer, or not positive: the fallback. Never beyond what a JSON number holds exactly. */
export function positiveInteger(text: string | undefined, fallback: number): number {
  if (text === undefined || !/^[+-]?\d+$/.test(text)) return fallback;
  const value = Number(text);
  return value > 0 ? Math.min(value, Number.MAX_SAFE_INTEGER) : fallback;
}

/** The page that a query asks for. */
export function pageRequest(query: {
  readonly page?: string | undefined;
  readonly limit?: string | undefined;
}): PageRequest {
  return {
    page: positiveInteger(query.page, 1),
    limit: Math.min(positiveInteger(query.limit, DEFAULT_LIMIT), LARGEST_LIMIT),
  };
}

/**
 * Reads a page: the total first, then the rows, unless the page lies past the end. So the offset given to `rows` is always
 * smaller than the total, however absurd the page.
 */
export async function readPage<T>(
  request: PageRequest,
  count: () => Promise<number>,
  rows: (window: { readonly offset: number; readonly limit: number }) => Promise<T[]>,
): Promise<NumberedPage<T>> {
  const total = await count();
  const offset = (request.page - 1) * request.limit;
  return { ...request, total, items: offset < total ? await rows({ offset, limit: request.limit }) : [] };
}
