/** Transport of the audit log. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import { encodeNumber } from '@px0/owner';
import type { Handlers } from '@px0/service-kit';
import type { ReadPromptAudit } from './read-prompt-audit.ts';
import type { ReadTeamAudit } from './read-team-audit.ts';
import type { AuditPage, AuditRow } from './store.ts';

export function auditRoutes(ofPrompt: ReadPromptAudit, ofTeam: ReadTeamAudit) {
  return {
    listPromptAudit: async ({ principal, params, query }) =>
      pageOnWire(await ofPrompt.run(principal, params.id, query)),
    listTeamPromptAudit: async ({ principal, params, query }) =>
      pageOnWire(await ofTeam.run(principal, params.teamID, query)),
  } satisfies Handlers<Principal>;
}

function pageOnWire({ rows, next }: AuditPage) {
  const page = { entries: rows.map(entryOnWire) };
  return next === undefined ? page : { ...page, next_cursor: encodeNumber(next) };
}

function entryOnWire(row: AuditRow): Wire<'PromptAuditEntry'> {
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
    ...(row.text === null ? {} : { text: row.text }),
  };
}
