/** Tenancy's copy of identity's users. It is written by the placement saga and by nothing else. */
import type { OrganizationId, StateOf, TeamId, UserId } from '@px0/contracts';
import { type PrivateWriter, type Reader, sql } from '@px0/owner';

export interface KnownUser {
  readonly revision: number;
  readonly deleted: boolean;
}

export interface Belonging {
  readonly teamId: TeamId;
  readonly orgId: OrganizationId;
}

/** What the copy holds of a user, deleted ones included. */
export async function findUser(reader: Reader, userId: UserId): Promise<KnownUser | undefined> {
  const rows = await reader.query<KnownUser>(sql`
    SELECT revision::float8 AS revision, deleted_at IS NOT NULL AS deleted FROM users WHERE id = ${userId}::uuid`);
  return rows[0];
}

/** Takes over the user's facts from identity's event. */
export async function saveUser(
  writer: PrivateWriter,
  userId: UserId,
  revision: number,
  { email, is_admin: isAdmin, is_verified: isVerified, created_at: createdAt }: StateOf<'user'>,
): Promise<void> {
  await writer.writePrivate(sql`
    INSERT INTO users (id, revision, email, is_admin, is_verified, created_at)
    VALUES (${userId}::uuid, ${revision}, ${email}, ${isAdmin}, ${isVerified}, ${createdAt}::timestamptz)
        ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, email = excluded.email,
           is_admin = excluded.is_admin, is_verified = excluded.is_verified`);
}

/** Empties the user's row and marks it as deleted. From here on until the commit the user cannot be added anywhere. */
export async function markUserDeleted(
  writer: PrivateWriter,
  userId: UserId,
  revision: number,
): Promise<void> {
  await writer.writePrivate(sql`
    INSERT INTO users (id, revision, email, is_admin, is_verified, created_at, deleted_at)
    VALUES (${userId}::uuid, ${revision}, '', false, false, now(), now())
        ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, email = '', is_admin = false,
           is_verified = false, deleted_at = now()`);
}

/** Every membership of the user, also below what is deleted but not yet removed. */
export function belongingsOf(reader: Reader, userId: UserId): Promise<Belonging[]> {
  return reader.query<Belonging>(sql`
    SELECT m.team_id AS "teamId", t.org_id AS "orgId"
      FROM memberships m
      JOIN teams t ON t.id = m.team_id
     WHERE m.user_id = ${userId}::uuid`);
}

/** Drops the user's join requests, resolved ones, too. */
export async function deleteJoinRequestsOf(writer: PrivateWriter, userId: UserId): Promise<void> {
  await writer.writePrivate(sql`DELETE FROM join_requests WHERE user_id = ${userId}::uuid`);
}

/** The team, unless it or its organization is gone. */
export async function findLiveTeam(
  reader: Reader,
  teamId: TeamId,
): Promise<{ id: TeamId; orgId: OrganizationId } | undefined> {
  const rows = await reader.query<{ id: TeamId; orgId: OrganizationId }>(sql`
    SELECT id, org_id AS "orgId" FROM live_teams WHERE id = ${teamId}::uuid`);
  return rows[0];
}
