/** The audit log as changes write it: each entry commits together with the change that it describes. */
import type { Principal } from '@px0/access';
import type { PromptId, TeamId } from '@px0/contracts';
import { join, type Sql, sql } from '@px0/owner';

/** What can happen to a prompt and what belongs to it. The words are part of the API of the log. */
export type AuditAction =
  | 'prompt.created'
  | 'prompt.updated'
  | 'prompt.archived'
  | 'prompt.restored'
  | 'prompt.moved_out'
  | 'prompt.moved_in'
  | 'version.created'
  | 'version.updated'
  | 'version.deleted'
  | 'version.promoted'
  | 'version.demoted'
  | 'version.archived'
  | 'version.duplicated'
  | 'tag.set'
  | 'tag.removed'
  | 'payload.created'
  | 'payload.updated'
  | 'payload.deleted';

export interface AuditNote {
  readonly promptId: PromptId;
  readonly teamId: TeamId;
  readonly action: AuditAction;
  readonly version?: number | undefined;
  /** From what to what, in the wire's words. Never a template's or a payload's content: those have their own permissions to be deleted. */
  readonly detail?: Readonly<Record<string, string | number | null>> | undefined;
}

/** Who makes a change. The service itself removes what belonged to deleted teams, which leaves no entries. */
export type Actor = { readonly kind: 'user' | 'api-key'; readonly id: string } | { readonly kind: 'system' };

export const systemActor: Actor = { kind: 'system' };

/** @throws Error for the anonymous principal: every write needs a credential */
export function actorOf(principal: Principal): Actor {
  switch (principal.kind) {
    case 'session':
      return { kind: 'user', id: principal.userId };
    case 'api-key':
      return { kind: 'api-key', id: principal.keyId };
    case 'anonymous':
      throw new Error('an anonymous caller cannot make changes');
  }
}

/** The columns of who creates a row. */
export function authorOf(actor: Actor): { readonly kind: string | null; readonly id: string | null } {
  return actor.kind === 'system' ? { kind: null, id: null } : actor;
}

/** Who created a row of `prompts` or `prompt_versions`, of an alias, as the wire shows it; null where that is not known. */
export function authorColumn(alias: 'p' | 'v'): Sql {
  const kind = alias === 'p' ? sql`p.actor_kind` : sql`v.actor_kind`;
  const id = alias === 'p' ? sql`p.actor_id` : sql`v.actor_id`;
  return sql`CASE WHEN ${kind} IS NULL THEN NULL ELSE json_build_object(
    'kind', ${kind}, 'user_id', CASE WHEN ${kind} = 'user' THEN ${id} END,
    'api_key_id', CASE WHEN ${kind} = 'api-key' THEN ${id} END) END`;
}

/** Appends entries for what `actor` did. @throws Error for the system, which leaves no entries */
export function auditStatement(actor: Actor, notes: readonly AuditNote[]): Sql {
  if (actor.kind === 'system') throw new Error('the system leaves no audit entries');
  const rows = notes.map(
    ({ promptId, teamId, action, version, detail }) => sql`(
      ${promptId}::uuid, ${teamId}::uuid, ${actor.kind}, ${actor.id}::uuid, ${action}, ${version ?? null}::int,
      ${JSON.stringify(detail ?? {})}::jsonb)`,
  );
  return sql`
    INSERT INTO audit_entries (prompt_id, team_id, actor_kind, actor_id, action, version, detail)
    VALUES ${join(rows)}`;
}
