/**
 * Removing what is below deleted organizations and teams, one bounded step at a time. The rows themselves are the work list: each
 * step looks for something that is left, so a step may be lost, repeated, or run in two replicas at once.
 */
import type { OrganizationId, TeamId, UserId } from '@px0/contracts';
import { finds, sql } from '@px0/owner';
import { type Change, membershipId } from '../changes/mod.ts';

/** Whether something is left of what is deleted. Whatever is below a deleted team goes before its row does. */
export const IS_DELETED_LEFT = [
  finds('SELECT 1 FROM organizations WHERE deleted_at IS NOT NULL ORDER BY id'),
  finds('SELECT 1 FROM teams WHERE deleted_at IS NOT NULL ORDER BY id'),
].join(' OR ');

/** Ends teams of deleted organizations, which were dead already with their organization. True when it found some. */
export async function endTeams(change: Change, limit: number): Promise<boolean> {
  const teams = await change.write<{ id: TeamId }>(
    'team',
    ({ id }) => id,
    sql`
    UPDATE teams SET deleted_at = now()
     WHERE id IN (SELECT t.id
                    FROM organizations o JOIN teams t ON t.org_id = o.id AND t.deleted_at IS NULL
                   WHERE o.deleted_at IS NOT NULL
                   LIMIT ${limit}
                     FOR UPDATE OF t SKIP LOCKED)
    RETURNING id`,
  );
  return teams.length > 0;
}

/** Ends memberships in deleted teams. True when it found some. */
export async function endMemberships(change: Change, limit: number): Promise<boolean> {
  const memberships = await change.write<{ teamId: TeamId; userId: UserId }>(
    'membership',
    ({ teamId, userId }) => membershipId(teamId, userId),
    sql`
    DELETE FROM memberships
     WHERE (team_id, user_id) IN (SELECT m.team_id, m.user_id
                                    FROM teams t JOIN memberships m ON m.team_id = t.id
                                   WHERE t.deleted_at IS NOT NULL
                                   LIMIT ${limit}
                                     FOR UPDATE OF m SKIP LOCKED)
    RETURNING team_id AS "teamId", user_id AS "userId"`,
  );
  return memberships.length > 0;
}

/** Deletes join requests for deleted teams. True when it found some. */
export async function deleteJoinRequests(change: Change, limit: number): Promise<boolean> {
  const deleted = await change.writePrivate(sql`
    DELETE FROM join_requests
     WHERE id IN (SELECT r.id
                    FROM teams t JOIN join_requests r ON r.team_id = t.id
                   WHERE t.deleted_at IS NOT NULL
                   LIMIT ${limit}
                     FOR UPDATE OF r SKIP LOCKED)
    RETURNING id`);
  return deleted.length > 0;
}

/** Deletes the rows of deleted teams that have nothing left below them. True when it found some. */
export async function deleteTeams(change: Change, limit: number): Promise<boolean> {
  const deleted = await change.write<{ id: TeamId }>(
    'team',
    ({ id }) => id,
    sql`
    DELETE FROM teams
     WHERE id IN (SELECT t.id FROM teams t
                   WHERE t.deleted_at IS NOT NULL
                     AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.team_id = t.id)
                     AND NOT EXISTS (SELECT 1 FROM join_requests r WHERE r.team_id = t.id)
                   LIMIT ${limit}
                     FOR UPDATE SKIP LOCKED)
    RETURNING id`,
  );
  return deleted.length > 0;
}

/** Deletes the rows of deleted organizations that have no teams left. True when it found some. */
export async function deleteOrganizations(change: Change, limit: number): Promise<boolean> {
  const deleted = await change.write<{ id: OrganizationId }>(
    'organization',
    ({ id }) => id,
    sql`
    DELETE FROM organizations
     WHERE id IN (SELECT o.id FROM organizations o
                   WHERE o.deleted_at IS NOT NULL
                     AND NOT EXISTS (SELECT 1 FROM teams t WHERE t.org_id = o.id)
                   LIMIT ${limit}
                     FOR UPDATE SKIP LOCKED)
    RETURNING id`,
  );
  return deleted.length > 0;
}
