/**
 * An organization's Default Team keeps an admin as long as it has members: its admins are the organization's admins, and
 * no one else could appoint one. Judged under the organization's lock.
 */
import type { OrganizationId, TeamId, UserId } from '@px0/contracts';
import { type Reader, sql } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { Change } from '../changes/mod.ts';
import { setRole } from './store.ts';

/**
 * Refuses to take the admin role in the organization's Default Team from this user when they are the last to hold it and
 * others are in that team. Any other user passes.
 *
 * @throws ApiError `defaultTeamMustKeepAdmin`
 */
export async function requireOtherAdmin(
  reader: Reader,
  orgId: OrganizationId,
  userId: UserId,
): Promise<void> {
  const rows = await reader.query<object>(sql`
    SELECT 1
      FROM live_teams t
      JOIN memberships own ON own.team_id = t.id AND own.user_id = ${userId}::uuid AND own.role = 'admin'
     WHERE t.org_id = ${orgId}::uuid AND t.is_default
       AND EXISTS (SELECT 1 FROM memberships m WHERE m.team_id = t.id AND m.user_id <> own.user_id)
       AND NOT EXISTS (SELECT 1 FROM memberships m
                        WHERE m.team_id = t.id AND m.user_id <> own.user_id AND m.role = 'admin')`);
  if (rows.length > 0) throw new ApiError('defaultTeamMustKeepAdmin');
}

/**
 * Mends the Default Team of each organization that was left with members but no admin, which only the deletion of an account
 * can do: the member of longest standing becomes its admin.
 */
export async function promoteLongestStanding(
  change: Change,
  orgIds: readonly OrganizationId[],
): Promise<void> {
  const rows = await change.query<{
    orgId: OrganizationId;
    teamId: TeamId;
    userId: UserId;
    role: string;
  }>(sql`
    SELECT t.org_id AS "orgId", t.id AS "teamId", oldest.user_id AS "userId", oldest.role
      FROM live_teams t
      JOIN LATERAL (SELECT m.user_id, m.role FROM memberships m
                     WHERE m.team_id = t.id ORDER BY m.created_at, m.user_id LIMIT 1) oldest ON true
     WHERE t.org_id = ANY(${[...orgIds]}::uuid[]) AND t.is_default
       AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.team_id = t.id AND m.role = 'admin')`);
  for (const { orgId, teamId, userId, role } of rows) {
    await setRole(change, teamId, userId, 'admin');
    await change.audit({
      action: 'member.role_changed',
      orgId,
      teamId,
      userId,
      details: { from: role, to: 'admin', reason: 'last admin deleted their account' },
    });
  }
}
