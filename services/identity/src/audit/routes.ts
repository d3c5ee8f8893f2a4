/** A person's own audit over HTTP. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError, type Handlers } from '@px0/service-kit';
import { wireTime } from '../wire-time.ts';
import { type AccountEntry, ListMyAudit } from './list-my-audit.ts';

export function accountAuditRoutes(reader: Reader) {
  const listMyAudit = new ListMyAudit(reader);
  return {
    listMyAudit: async ({ principal, query }) => {
      if (principal.kind !== 'session') throw new ApiError('unauthorized');
      const { entries, nextCursor } = await listMyAudit.run(principal, query.cursor);
      const next = nextCursor === undefined ? {} : { next_cursor: nextCursor };
      return { entries: entries.map(entryOnWire), ...next };
    },
  } satisfies Handlers<Principal>;
}

function entryOnWire({
  id,
  action,
  actorId,
  via,
  details,
  createdAt,
}: AccountEntry): Wire<'AccountAuditEntry'> {
  return {
    id,
    action,
    actor: { kind: actorId === null ? 'system' : 'user', user_id: actorId },
    via,
    details,
    created_at: wireTime(createdAt),
  };
}
