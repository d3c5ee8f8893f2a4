/** What a user belongs to. */
import type { TeamRole } from '@px0/access';
import type { OrganizationId, UserId } from '@px0/contracts';
import { type Reader, sql } from '@px0/owner';
import type { Caller, OrgRole } from '../authority/mod.ts';
import type { TeamRow } from '../teams/mod.ts';

export interface OrganizationWithRoleRow {
  readonly id: OrganizationId;
  readonly name: string;
  readonly createdAt: Date;
  readonly role: OrgRole;
}

export interface OwnTeamRow extends TeamRow {
  /** The user's role in it. */
  readonly role: TeamRole;
}

/** Far above what any user belongs to; it only keeps one answer from growing without bound. */
const LIST_CAP = 10_000;

/** The organizations in which the user has a team, the oldest first; only `orgId` when it is given. */
export function organizationsOf(
  reader: Reader,
  userId: UserId,
  orgId?: OrganizationId,
): Promise<OrganizationWithRoleRow[]> {
  return reader.query<OrganizationWithRoleRow>(sql`
    SELECT o.id, o.name, o.created_at AS "createdAt",
           CASE WHEN bool_or(m.is_default AND m.role = 'admin') THEN 'admin' ELSE 'member' END AS role
      FROM live_memberships m
      JOIN organizations o ON o.id = m.org_id
     WHERE m.user_id = ${userId}::uuid
       AND (${orgId ?? null}::uuid IS NULL OR o.id = ${orgId ?? null}::uuid)
     GROUP BY o.id
     ORDER BY o.created_at, o.id
     LIMIT ${LIST_CAP}`);
}

/** The user's teams, the oldest first; only those of `orgId` when it is given. */
export function teamsOf(reader: Reader, userId: UserId, orgId?: OrganizationId): Promise<OwnTeamRow[]> {
  return reader.query<OwnTeamRow>(sql`
    SELECT t.id, t.org_id AS "orgId", t.name, t.is_default AS "isDefault", t.created_at AS "createdAt",
           m.role
      FROM memberships m
      JOIN live_teams t ON t.id = m.team_id
     WHERE m.user_id = ${userId}::uuid
       AND (${orgId ?? null}::uuid IS NULL OR t.org_id = ${orgId ?? null}::uuid)
     ORDER BY t.created_at, t.id
     LIMIT ${LIST_CAP}`);
}

/** A key speaks for its acting user in its own organization only. */
export function onlyOrganization({ principal }: Caller): OrganizationId | undefined {
  return principal.kind === 'api-key' ? principal.orgId : undefined;
}
