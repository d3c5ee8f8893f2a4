/** Transport of the audit log. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import type { Handlers } from '@px0/service-kit';
import { encodeNumber } from '../paging/mod.ts';
import type { ReadAudit } from './read-audit.ts';
import type { AuditPage, AuditRow } from './store.ts';

export function auditRoutes(audit: ReadAudit) {
  return {
    listPromptAudit: async ({ principal, params, query }) =>
      pageToWire(await audit.ofPrompt(principal, params.id, query)),
    listTeamPromptAudit: async ({ principal, params, query }) =>
      pageToWire(await audit.ofTeam(principal, params.teamID, query)),
  } satisfies Handlers<Principal>;
}

function pageToWire({ rows, next }: AuditPage) {
  const page = { entries: rows.map(entryToWire) };
  return next === undefined ? page : { ...page, next_cursor: encodeNumber(next) };
}

function entryToWire(row: AuditRow): Wire<'PromptAuditEntry'> {
  return {
    id: row.id,
    action: row.action,
    actor: {
      kind: row.actorKind,
      user_id: row.actorKind === 'user' ? row.actorId : null,
      api_key_id: row.actorKind === 'api-key' ? row.actorId : null,
    },
    prompt_id: row.promptId,
    team_id: row.teamId,
    version: row.version,
    details: row.detail,
    created_at: row.at,
  };
}
