/** An audit entry as the chain has it, out of the view by which each service shows its table. */
import type { AuditEntry } from '@px0/audit';
import type { OwnerContext } from '../outbox/outbox.ts';

/** A row of `audit_wire`. */
export interface EntryRow {
  readonly id: string;
  /** RFC 3339 with microseconds. */
  readonly at: string;
  readonly action: string;
  readonly actorKind: string;
  readonly actorUserId: string | null;
  readonly actorKeyId: string | null;
  readonly actorPersonId: string | null;
  readonly via: string | null;
  readonly teamId: string | null;
  readonly promptId: string | null;
  readonly slug: string | null;
  readonly version: number | null;
  readonly userId: string | null;
  readonly changeRequestId: string | null;
  readonly details: AuditEntry['details'];
  readonly reasonCommitment: string | null;
}

/** The columns of `EntryRow`, of `audit_wire` under the name `w`. */
export const ENTRY_COLUMNS = `
  w.id::text AS id, to_char(w.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, w.action,
  w.actor_kind AS "actorKind", w.actor_user_id AS "actorUserId", w.actor_key_id AS "actorKeyId",
  w.actor_person_id AS "actorPersonId", w.via, w.team_id AS "teamId", w.prompt_id AS "promptId", w.slug, w.version,
  w.user_id AS "userId", w.change_request_id AS "changeRequestId", w.details, w.reason_commitment AS "reasonCommitment"`;

/** What is hashed. */
export function entryOf(row: EntryRow, context: OwnerContext, orgId: string): AuditEntry {
  return {
    org_id: orgId,
    context,
    id: row.id,
    at: row.at,
    action: row.action,
    actor: {
      kind: row.actorKind,
      user_id: row.actorUserId,
      api_key_id: row.actorKeyId,
      person_id: row.actorPersonId,
    },
    via: row.via,
    team_id: row.teamId,
    prompt_id: row.promptId,
    slug: row.slug,
    version: row.version,
    user_id: row.userId,
    change_request_id: row.changeRequestId,
    details: row.details,
    reason_commitment: row.reasonCommitment,
  };
}
