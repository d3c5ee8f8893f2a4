/** Where the rows of tenancy's entities are, what the other services see of them, and how the audit is written. */
import type { OrganizationId, StateOf, TeamId, UserId } from '@px0/contracts';
import { type AuditFacts, type ChangeRules, join, type Reader, sql } from '@px0/owner';
import { type Actor, callerOf } from '../authority/mod.ts';
import type { AuditNote, OwnEntity } from './change.ts';

export const rules: ChangeRules<OwnEntity, Actor, AuditNote> = {
  entities: {
    organization: { tables: ['organizations'], read: organizations },
    team: { tables: ['teams'], read: teams },
    membership: { tables: ['memberships'], read: memberships },
  },
  actorOf: callerOf,
  auditStatement,
  chainNote: (note) => note,
};

/** The id of a membership's subject. */
export function membershipId(teamId: TeamId, userId: UserId): string {
  return `${teamId}.${userId}`;
}

async function organizations(reader: Reader, ids: readonly string[]) {
  const rows = await reader.query<{ id: OrganizationId; name: string; createdAt: Date }>(sql`
    SELECT id, name, created_at AS "createdAt" FROM organizations
     WHERE id = ANY(${[...ids]}::uuid[]) AND deleted_at IS NULL`);
  return new Map(
    rows.map(({ id, name, createdAt }): [string, StateOf<'organization'>] => [
      id,
      { name, created_at: createdAt.toISOString() },
    ]),
  );
}

async function teams(reader: Reader, ids: readonly string[]) {
  const rows = await reader.query<{
    id: TeamId;
    orgId: OrganizationId;
    name: string;
    isDefault: boolean;
    createdAt: Date;
  }>(sql`
    SELECT id, org_id AS "orgId", name, is_default AS "isDefault", created_at AS "createdAt" FROM teams
     WHERE id = ANY(${[...ids]}::uuid[]) AND deleted_at IS NULL`);
  return new Map(
    rows.map(({ id, orgId, name, isDefault, createdAt }): [string, StateOf<'team'>] => [
      id,
      { org_id: orgId, name, is_default: isDefault, created_at: createdAt.toISOString() },
    ]),
  );
}

async function memberships(reader: Reader, ids: readonly string[]) {
  const keys = ids.map((id) => id.split('.'));
  const rows = await reader.query<{
    teamId: TeamId;
    userId: UserId;
    role: string;
    createdAt: Date;
    addedBy: UserId | null;
  }>(sql`
    SELECT m.team_id AS "teamId", m.user_id AS "userId", m.role, m.created_at AS "createdAt", m.added_by AS "addedBy"
      FROM unnest(${keys.map(([teamId]) => teamId)}::uuid[], ${keys.map(([, userId]) => userId)}::uuid[])
             AS wanted (team_id, user_id)
      JOIN memberships m ON m.team_id = wanted.team_id AND m.user_id = wanted.user_id`);
  return new Map(
    rows.map(({ teamId, userId, role, createdAt, addedBy }): [string, StateOf<'membership'>] => [
      membershipId(teamId, userId),
      {
        team_id: teamId,
        user_id: userId,
        role,
        created_at: createdAt.toISOString(),
        ...(addedBy !== null && { added_by: addedBy }),
      },
    ]),
  );
}

function auditStatement(actor: Actor, notes: readonly AuditNote[], { via }: AuditFacts) {
  const { kind, actorId, apiKeyId } = actorColumns(actor);
  const rows = notes.map(
    ({ action, orgId, teamId, userId, details }) => sql`(
      ${action}, ${orgId}::uuid, ${kind}, ${actorId}::uuid, ${apiKeyId}::uuid, ${teamId ?? null}::uuid,
      ${userId ?? null}::uuid, ${JSON.stringify(details ?? {})}::jsonb, ${via ?? null})`,
  );
  return sql`
    INSERT INTO audit_entries (action, org_id, actor_kind, actor_id, api_key_id, team_id, user_id, details, via)
    VALUES ${join(rows)}`;
}

function actorColumns(actor: Actor) {
  if (actor.kind === 'system') return { kind: 'system', actorId: null, apiKeyId: null };
  const { principal, userId } = actor;
  return principal.kind === 'session'
    ? { kind: 'user', actorId: userId, apiKeyId: null }
    : { kind: 'api-key', actorId: userId, apiKeyId: principal.keyId };
}
