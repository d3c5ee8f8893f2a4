/** Teams in Postgres. */
import { randomUUID } from 'node:crypto';
import type { OrganizationId, TeamId, UserId } from '@px0/contracts';
import { onlyRow, type Reader, sql } from '@px0/owner';
import type { Change } from '../changes/mod.ts';
import { nameKey } from '../names/name.ts';

export interface TeamRow {
  readonly id: TeamId;
  readonly orgId: OrganizationId;
  readonly name: string;
  readonly isDefault: boolean;
  readonly createdAt: Date;
}

const columns = sql`id, org_id AS "orgId", name, is_default AS "isDefault", created_at AS "createdAt"`;

/** Far above any organization's teams; it only keeps one answer from growing without bound. */
const LIST_CAP = 10_000;

/** Writes a new team. It has no members yet. */
export async function insertTeam(
  change: Change,
  { orgId, name, isDefault }: { orgId: OrganizationId; name: string; isDefault: boolean },
): Promise<TeamRow> {
  const id = randomUUID();
  return onlyRow(
    await change.write<TeamRow>(
      'team',
      id,
      sql`
        INSERT INTO teams (id, org_id, name, name_key, is_default)
        VALUES (${id}::uuid, ${orgId}::uuid, ${name}, ${nameKey(name)}, ${isDefault})
        RETURNING ${columns}`,
    ),
  );
}

/** Renames a team and puts it under the organization given, which may be its own. */
export async function updateTeamRow(
  change: Change,
  id: TeamId,
  { orgId, name }: { orgId: OrganizationId; name: string },
): Promise<TeamRow> {
  return onlyRow(
    await change.write<TeamRow>(
      'team',
      id,
      sql`
        UPDATE teams SET org_id = ${orgId}::uuid, name = ${name}, name_key = ${nameKey(name)}
         WHERE id = ${id}::uuid RETURNING ${columns}`,
    ),
  );
}

/** Ends a team for every reader at once. What was below it is removed later, in bounded steps. */
export async function markTeamDeleted(change: Change, id: TeamId): Promise<void> {
  await change.write(
    'team',
    id,
    sql`UPDATE teams SET deleted_at = now() WHERE id = ${id}::uuid RETURNING id`,
  );
}

/** Whether another team of the organization has the name. Stays true while the organization is locked. */
export async function isTeamNameTaken(
  reader: Reader,
  orgId: OrganizationId,
  name: string,
  exceptId?: TeamId,
): Promise<boolean> {
  const rows = await reader.query<object>(sql`
    SELECT 1 FROM teams
     WHERE org_id = ${orgId}::uuid AND name_key = ${nameKey(name)} AND deleted_at IS NULL
       AND id IS DISTINCT FROM ${exceptId ?? null}::uuid`);
  return rows.length > 0;
}

/** A team as the list of an organization's teams shows it to a user. */
export interface ListedTeamRow extends TeamRow {
  readonly memberCount: number;
  /** Whether a request of the user to join it is pending. */
  readonly isJoinRequested: boolean;
}

/** The organization's teams by name: by code points, so that the order does not depend on the database's locale. */
export function teamsOfOrganization(
  reader: Reader,
  orgId: OrganizationId,
  userId: UserId,
): Promise<ListedTeamRow[]> {
  return reader.query<ListedTeamRow>(sql`
    SELECT ${columns},
           (SELECT count(*)::int FROM memberships m WHERE m.team_id = teams.id) AS "memberCount",
           EXISTS (SELECT 1 FROM join_requests r
                    WHERE r.team_id = teams.id AND r.user_id = ${userId}::uuid AND r.status = 'pending') AS "isJoinRequested"
      FROM teams
     WHERE org_id = ${orgId}::uuid AND deleted_at IS NULL
     ORDER BY name COLLATE "C", id
     LIMIT ${LIST_CAP}`);
}
