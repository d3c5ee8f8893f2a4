/**
 * A person's role in an organization or a team, from tenancy's own rows in one query each. Read under the organization's lock
 * (locks.ts), it stays true until the transaction ends.
 */
import type { TeamRole } from '@px0/access';
import type { OrganizationId, TeamId, UserId } from '@px0/contracts';
import { type Reader, sql } from '@px0/owner';

export type { TeamRole };
export type OrgRole = 'admin' | 'member';

export function isTeamRole(text: string): text is TeamRole {
  return text === 'admin' || text === 'editor' || text === 'viewer';
}

export interface OrgStanding {
  readonly id: OrganizationId;
  readonly name: string;
  readonly createdAt: Date;
  /** Null: no membership in any of its teams. */
  readonly orgRole: OrgRole | null;
}

export interface TeamStanding {
  readonly id: TeamId;
  readonly orgId: OrganizationId;
  readonly name: string;
  readonly isDefault: boolean;
  readonly createdAt: Date;
  /** Null: not a member of this team. */
  readonly teamRole: TeamRole | null;
  readonly orgRole: OrgRole | null;
}

/** The organization and what the user is in it; undefined when there is no such organization (any more). */
export async function orgStanding(
  reader: Reader,
  orgId: OrganizationId,
  userId: UserId,
): Promise<OrgStanding | undefined> {
  const rows = await reader.query<OrgStanding>(sql`
    SELECT o.id, o.name, o.created_at AS "createdAt",
           (SELECT CASE WHEN bool_or(m.is_default AND m.role = 'admin') THEN 'admin'
                        WHEN count(*) > 0 THEN 'member' END
              FROM live_memberships m
             WHERE m.user_id = ${userId}::uuid AND m.org_id = o.id) AS "orgRole"
      FROM organizations o
     WHERE o.id = ${orgId}::uuid AND o.deleted_at IS NULL`);
  return rows[0];
}

/** The team and what the user is in it and in its organization; undefined when there is no such team (any more). */
export async function teamStanding(
  reader: Reader,
  teamId: TeamId,
  userId: UserId,
): Promise<TeamStanding | undefined> {
  const rows = await reader.query<TeamStanding>(sql`
    SELECT t.id, t.org_id AS "orgId", t.name, t.is_default AS "isDefault", t.created_at AS "createdAt",
           own.role AS "teamRole",
           (SELECT CASE WHEN bool_or(m.is_default AND m.role = 'admin') THEN 'admin'
                        WHEN count(*) > 0 THEN 'member' END
              FROM live_memberships m
             WHERE m.user_id = ${userId}::uuid AND m.org_id = t.org_id) AS "orgRole"
      FROM live_teams t
      LEFT JOIN memberships own ON own.team_id = t.id AND own.user_id = ${userId}::uuid
     WHERE t.id = ${teamId}::uuid`);
  return rows[0];
}
