/** Memberships in Postgres. Each write says the new state, or the end, to the other services in the same transaction. */
import type { OrganizationId, TeamId, UserId } from '@px0/contracts';
import type { TeamRole } from '../authority/mod.ts';
import type { Change } from '../changes/mod.ts';
import type { Tx } from '../database.ts';

export interface MembershipRow {
  readonly teamId: TeamId;
  readonly userId: UserId;
  readonly role: TeamRole;
  readonly createdAt: Date;
  /** Null for whoever came by themselves. */
  readonly addedBy: UserId | null;
}

export interface MemberRow {
  readonly userId: UserId;
  readonly email: string;
  readonly role: TeamRole;
  readonly createdAt: Date;
}

/**
 * Adds a living user to a team: `admin` when it has no members, else `editor`. Undefined when they were a member already, or
 * no such user lives. `addedBy` is who added them, if somebody did.
 */
export async function insertMembership(
  change: Change,
  teamId: TeamId,
  userId: UserId,
  addedBy: UserId | undefined,
): Promise<MembershipRow | undefined> {
  const rows = await change.tx.$queryRaw<MembershipRow[]>`
    INSERT INTO memberships (team_id, user_id, role, user_created_at, added_by)
    SELECT ${teamId}::uuid, u.id,
           CASE WHEN EXISTS (SELECT 1 FROM memberships WHERE team_id = ${teamId}::uuid) THEN 'editor' ELSE 'admin' END,
           u.created_at, ${addedBy ?? null}::uuid
      FROM users u
     WHERE u.id = ${userId}::uuid AND u.deleted_at IS NULL
        ON CONFLICT (team_id, user_id) DO NOTHING
    RETURNING team_id AS "teamId", user_id AS "userId", role, created_at AS "createdAt", added_by AS "addedBy"`;
  const row = rows[0];
  if (row !== undefined) await putMembership(change, row);
  return row;
}

/** Gives a member another role. */
export async function setRole(change: Change, teamId: TeamId, userId: UserId, role: TeamRole): Promise<void> {
  const rows = await change.tx.$queryRaw<MembershipRow[]>`
    UPDATE memberships SET role = ${role}
     WHERE team_id = ${teamId}::uuid AND user_id = ${userId}::uuid
    RETURNING team_id AS "teamId", user_id AS "userId", role, created_at AS "createdAt", added_by AS "addedBy"`;
  for (const row of rows) await putMembership(change, row);
}

/** Ends the user's memberships in these teams; tells which there were. */
export async function deleteMemberships(
  change: Change,
  userId: UserId,
  teamIds: readonly TeamId[],
): Promise<TeamId[]> {
  const rows = await change.tx.$queryRaw<{ teamId: TeamId }[]>`
    DELETE FROM memberships
     WHERE user_id = ${userId}::uuid AND team_id = ANY(${[...teamIds]}::uuid[])
    RETURNING team_id AS "teamId"`;
  for (const { teamId } of rows) await change.remove('membership', membershipId(teamId, userId));
  return rows.map((row) => row.teamId);
}

/** The member's role in the team; undefined when they are none. */
export async function findRole(tx: Tx, teamId: TeamId, userId: UserId): Promise<TeamRole | undefined> {
  const rows = await tx.$queryRaw<{ role: TeamRole }[]>`
    SELECT role FROM memberships WHERE team_id = ${teamId}::uuid AND user_id = ${userId}::uuid`;
  return rows[0]?.role;
}

/** The teams of the organization that the user is in. */
export async function teamsOfMember(tx: Tx, orgId: OrganizationId, userId: UserId): Promise<TeamId[]> {
  const rows = await tx.$queryRaw<{ teamId: TeamId }[]>`
    SELECT team_id AS "teamId" FROM live_memberships
     WHERE user_id = ${userId}::uuid AND org_id = ${orgId}::uuid`;
  return rows.map((row) => row.teamId);
}

export async function countMembers(tx: Tx, teamId: TeamId): Promise<number> {
  const rows = await tx.$queryRaw<{ total: number }[]>`
    SELECT count(*)::int AS total FROM memberships WHERE team_id = ${teamId}::uuid`;
  return rows[0]?.total ?? 0;
}

/** A page of members, the oldest membership first. The page is cut out of the index before the users are looked up. */
export function pageOfMembers(
  tx: Tx,
  teamId: TeamId,
  { offset, limit }: { offset: number; limit: number },
): Promise<MemberRow[]> {
  return tx.$queryRaw<MemberRow[]>`
    SELECT page.user_id AS "userId", u.email, page.role, page.created_at AS "createdAt"
      FROM (SELECT user_id, role, created_at FROM memberships
             WHERE team_id = ${teamId}::uuid
             ORDER BY created_at, user_id
            OFFSET ${offset} LIMIT ${limit}) page
      JOIN users u ON u.id = page.user_id
     ORDER BY page.created_at, page.user_id`;
}

/** The id of a membership's subject. */
export function membershipId(teamId: TeamId, userId: UserId): string {
  return `${teamId}.${userId}`;
}

async function putMembership(change: Change, row: MembershipRow): Promise<void> {
  await change.put('membership', membershipId(row.teamId, row.userId), {
    team_id: row.teamId,
    user_id: row.userId,
    role: row.role,
    created_at: row.createdAt.toISOString(),
    ...(row.addedBy !== null && { added_by: row.addedBy }),
  });
}
