/** Memberships in Postgres. */
import type { OrganizationId, TeamId, UserId } from '@px0/contracts';
import { type Reader, sql } from '@px0/owner';
import type { TeamRole } from '../authority/mod.ts';
import { type Change, membershipId } from '../changes/mod.ts';

export interface MemberRow {
  readonly userId: UserId;
  readonly email: string;
  readonly role: TeamRole;
  readonly createdAt: Date;
}

export interface NewMembership {
  readonly teamId: TeamId;
  readonly userId: UserId;
  /** In a team that has members; the first of a team is its admin. */
  readonly role: TeamRole;
  /** The person who added them, if any. */
  readonly addedBy: UserId | undefined;
}

/** Adds a living user to a team and returns their role. Undefined when they were a member already, or no such user lives. */
export async function insertMembership(
  change: Change,
  { teamId, userId, role, addedBy }: NewMembership,
): Promise<TeamRole | undefined> {
  const rows = await change.write<{ role: TeamRole }>(
    'membership',
    membershipId(teamId, userId),
    sql`
    INSERT INTO memberships (team_id, user_id, role, user_created_at, added_by)
    SELECT ${teamId}::uuid, u.id,
           CASE WHEN EXISTS (SELECT 1 FROM memberships WHERE team_id = ${teamId}::uuid) THEN ${role}::text ELSE 'admin' END,
           u.created_at, ${addedBy ?? null}::uuid
      FROM users u
     WHERE u.id = ${userId}::uuid AND u.deleted_at IS NULL
        ON CONFLICT (team_id, user_id) DO NOTHING
    RETURNING role`,
  );
  return rows[0]?.role;
}

/** Gives a member another role. */
export async function setRole(change: Change, teamId: TeamId, userId: UserId, role: TeamRole): Promise<void> {
  await change.write(
    'membership',
    membershipId(teamId, userId),
    sql`
    UPDATE memberships SET role = ${role}
     WHERE team_id = ${teamId}::uuid AND user_id = ${userId}::uuid
    RETURNING role`,
  );
}

/** Ends the user's memberships in these teams; tells which there were. */
export async function deleteMemberships(
  change: Change,
  userId: UserId,
  teamIds: readonly TeamId[],
): Promise<TeamId[]> {
  const rows = await change.write<{ teamId: TeamId }>(
    'membership',
    (row) => membershipId(row.teamId, userId),
    sql`
    DELETE FROM memberships
     WHERE user_id = ${userId}::uuid AND team_id = ANY(${[...teamIds]}::uuid[])
    RETURNING team_id AS "teamId"`,
  );
  return rows.map((row) => row.teamId);
}

/** The member's role in the team; undefined when they are none. */
export async function findRole(
  reader: Reader,
  teamId: TeamId,
  userId: UserId,
): Promise<TeamRole | undefined> {
  const rows = await reader.query<{ role: TeamRole }>(sql`
    SELECT role FROM memberships WHERE team_id = ${teamId}::uuid AND user_id = ${userId}::uuid`);
  return rows[0]?.role;
}

/** The teams of the organization that the user is in. */
export async function teamsOfMember(
  reader: Reader,
  orgId: OrganizationId,
  userId: UserId,
): Promise<TeamId[]> {
  const rows = await reader.query<{ teamId: TeamId }>(sql`
    SELECT team_id AS "teamId" FROM live_memberships
     WHERE user_id = ${userId}::uuid AND org_id = ${orgId}::uuid`);
  return rows.map((row) => row.teamId);
}

export async function countMembers(reader: Reader, teamId: TeamId): Promise<number> {
  const rows = await reader.query<{ total: number }>(sql`
    SELECT count(*)::int AS total FROM memberships WHERE team_id = ${teamId}::uuid`);
  return rows[0]?.total ?? 0;
}

/** A page of members, the oldest membership first. The page is cut out of the index before the users are looked up. */
export function pageOfMembers(
  reader: Reader,
  teamId: TeamId,
  { offset, limit }: { offset: number; limit: number },
): Promise<MemberRow[]> {
  return reader.query<MemberRow>(sql`
    SELECT page.user_id AS "userId", u.email, page.role, page.created_at AS "createdAt"
      FROM (SELECT user_id, role, created_at FROM memberships
             WHERE team_id = ${teamId}::uuid
             ORDER BY created_at, user_id
            OFFSET ${offset} LIMIT ${limit}) page
      JOIN users u ON u.id = page.user_id
     ORDER BY page.created_at, page.user_id`);
}
