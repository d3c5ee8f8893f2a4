/** Which page of the audit log a query asks for. */
import { parseLimit, parseNumber } from '@px0/owner';
import type { AuditPageRequest } from './store.ts';

export interface AuditParameters {
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
}

/** A page that fills a screen; the log has no complete list. */
const DEFAULT_LIMIT = 50;

/** @throws ApiError invalidLimit, invalidCursor */
export function parseAuditPage({ limit, cursor }: AuditParameters): AuditPageRequest {
  return { limit: parseLimit(limit) ?? DEFAULT_LIMIT, before: parseNumber(cursor) };
}
