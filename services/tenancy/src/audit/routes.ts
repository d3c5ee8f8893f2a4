/** An organization's audit over HTTP. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import { LARGEST_LIMIT, positiveInteger, type Reader } from '@px0/owner';
import type { Handlers } from '@px0/service-kit';
import { callerOf } from '../authority/mod.ts';
import { ListAudit } from './list-audit.ts';
import type { AuditRow } from './store.ts';

/** Entries are small and read in bulk. */
const DEFAULT_ENTRIES = 50;

export function auditRoutes(reader: Reader) {
  const listAudit = new ListAudit(reader);
  return {
    listOrgAudit: async ({ principal, params, query }) => {
      const limit = Math.min(positiveInteger(query.limit, DEFAULT_ENTRIES), LARGEST_LIMIT);
      const page = await listAudit.run(callerOf(principal), params.id, { cursor: query.cursor, limit });
      const next = page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor };
      return { entries: page.entries.map(entryOnWire), ...next };
    },
  } satisfies Handlers<Principal>;
}

function entryOnWire(row: AuditRow): Wire<'OrganizationAuditEntry'> {
  return {
    id: row.id,
    action: row.action,
    actor: { kind: row.actorKind, user_id: row.actorId, api_key_id: row.apiKeyId },
    org_id: row.orgId,
    team_id: row.teamId,
    user_id: row.userId,
    details: row.details,
    created_at: row.createdAt.toISOString(),
  };
}
