/**
 * The audit log as changes write it: each entry commits together with the change that it describes.
 * See docs/decisions/168-folders-and-notes.md and docs/decisions/210-audit-chain.md.
 */
import { createHash, randomBytes } from 'node:crypto';
import { type Principal, personOf } from '@px0/access';
import type { ApiKeyId, OrganizationId, PromptId, TeamId, UserId } from '@px0/contracts';
import { type AuditFacts, type Sql, sql } from '@px0/owner';

/** What can happen to a prompt, to what belongs to it, and to what rules it. The words are part of the API of the log. */
export type AuditAction =
  | 'prompt.created'
  | 'prompt.updated'
  | 'prompt.patched'
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
  | 'payload.deleted'
  | 'payload.snapshot_accepted'
  | 'check.posted'
  | 'change_request.opened'
  | 'change_request.reviewed'
  | 'change_request.review_dismissed'
  | 'change_request.commented'
  | 'change_request.voided'
  | 'change_request.applied'
  | 'change_request.closed'
  | 'change_request.acknowledged'
  | 'policy.broken'
  | 'policy.created'
  | 'policy.updated'
  | 'policy.deleted'
  | 'audit.text_erased'
  | 'audit.pruned'
  | 'organization.deleted';

export interface AuditNote {
  /** Absent for what is about a team or an organization. */
  readonly promptId?: PromptId | undefined;
  /** Absent for what is about an organization. */
  readonly teamId?: TeamId | undefined;
  /** Default: the organization of the team. */
  readonly orgId?: OrganizationId | undefined;
  readonly action: AuditAction;
  readonly version?: number | undefined;
  /** From what to what, in the wire's words. Never a template's or a payload's content: those have their own permissions to be deleted. */
  readonly detail?: Readonly<Record<string, string | number | boolean | null>> | undefined;
  /** What the person wrote about it. It can be erased later, so it is in no detail. */
  readonly text?: string | undefined;
  /** The change request by which it was done. */
  readonly changeRequestId?: string | undefined;
}

/** Who makes a change, and the person who answers for it: undefined for a key that does not say who made it. */
export type Actor =
  | { readonly kind: 'user'; readonly id: UserId; readonly person: UserId | undefined }
  | { readonly kind: 'api-key'; readonly id: ApiKeyId; readonly person: UserId | undefined }
  | { readonly kind: 'system' };

export const systemActor: Actor = { kind: 'system' };

/** @throws Error for the anonymous principal: every write needs a credential */
export function actorOf(principal: Principal): Actor {
  switch (principal.kind) {
    case 'session':
      return { kind: 'user', id: principal.userId, person: personOf(principal) };
    case 'api-key':
      return { kind: 'api-key', id: principal.keyId, person: personOf(principal) };
    case 'anonymous':
      throw new Error('an anonymous caller cannot make changes');
  }
}

/** The columns of who creates a row. */
export function authorOf(actor: Actor): { readonly kind: string | null; readonly id: string | null } {
  return actor.kind === 'system' ? { kind: null, id: null } : { kind: actor.kind, id: actor.id };
}

/** The person who answers for what the actor does; undefined where that is not known. */
export function personBehind(actor: Actor): UserId | undefined {
  return actor.kind === 'system' ? undefined : actor.person;
}

const authorColumns = {
  p: { kind: sql`p.actor_kind`, id: sql`p.actor_id` },
  v: { kind: sql`v.actor_kind`, id: sql`v.actor_id` },
  s: { kind: sql`s.actor_kind`, id: sql`s.actor_id` },
} as const;

/** Who made a row of `prompts`, `prompt_versions` or `payload_snapshots`, of an alias, as the wire shows it; null where that is not known. */
export function authorColumn(alias: keyof typeof authorColumns): Sql {
  const { kind, id } = authorColumns[alias];
  return sql`CASE WHEN ${kind} IS NULL THEN NULL ELSE json_build_object(
    'kind', ${kind}, 'user_id', CASE WHEN ${kind} = 'user' THEN ${id} END,
    'api_key_id', CASE WHEN ${kind} = 'api-key' THEN ${id} END) END`;
}

/** Appends entries for what `actor` did, in one statement, whatever their number. */
export function auditStatement(actor: Actor, notes: readonly AuditNote[], facts: AuditFacts): Sql {
  const { kind, id } = authorOf(actor);
  const person = actor.kind === 'api-key' ? (personBehind(actor) ?? null) : null;
  const noted = sql`
    SELECT prompt_id, team_id, org_id, ${kind}, ${id}::uuid, ${person}::uuid, ${facts.via ?? null}, action, version,
      (SELECT p.slug FROM prompts p WHERE p.id = prompt_id), coalesce(detail, '{}'), commitment, change_request_id
    FROM noted`;
  const given = sql`
    WITH noted AS (
      SELECT * FROM json_to_recordset(${JSON.stringify(notes.map((note) => recordOf(note, facts)))}::json) AS n (
        prompt_id uuid, team_id uuid, org_id uuid, action text, version int, detail jsonb, commitment text, salt text, text text,
        change_request_id uuid))`;
  const columns = sql`
    prompt_id, team_id, org_id, actor_kind, actor_id, person_id, via, action, version, slug, detail, reason_commitment,
    change_request_id`;
  if (!notes.some(({ text }) => isGiven(text))) {
    return sql`${given} INSERT INTO audit_entries (${columns}) ${noted}`;
  }
  return sql`
    ${given}, entries AS (
      INSERT INTO audit_entries (${columns}) ${noted} RETURNING id, reason_commitment)
    INSERT INTO audit_texts (entry_id, salt, text)
    SELECT e.id, decode(n.salt, 'hex'), n.text FROM entries e JOIN noted n ON n.commitment = e.reason_commitment`;
}

function recordOf(note: AuditNote, { organizationOf }: AuditFacts) {
  const { promptId, teamId, action, version, detail, text, changeRequestId } = note;
  const orgId = note.orgId ?? (teamId === undefined ? undefined : organizationOf(teamId));
  const entry = {
    prompt_id: promptId,
    team_id: teamId,
    org_id: orgId,
    action,
    version,
    detail,
    change_request_id: changeRequestId,
  };
  return isGiven(text) ? { ...entry, text, ...committed(text) } : entry;
}

function isGiven(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '';
}

/** The entry keeps a digest that nobody can guess the text back from once the salt is gone, and that proves the text while it is there. */
function committed(text: string): { readonly salt: string; readonly commitment: string } {
  const salt = randomBytes(32);
  const commitment = createHash('sha256').update(salt).update(text).digest('base64url');
  return { salt: salt.toString('hex'), commitment };
}
