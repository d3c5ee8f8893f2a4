/** Tenancy's copy of identity's users. It is written by the placement saga and by nothing else. */
import type { OrganizationId, StateOf, TeamId, UserId } from '@px0/contracts';
import type { Tx } from '../database.ts';

export interface KnownUser {
  readonly revision: number;
  readonly deleted: boolean;
}

export interface Belonging {
  readonly teamId: TeamId;
  readonly orgId: OrganizationId;
}

/** What the copy holds of a user, deleted ones included. */
export async function findUser(tx: Tx, userId: UserId): Promise<KnownUser | undefined> {
  const user = await tx.user.findUnique({
    where: { id: userId },
    select: { revision: true, deletedAt: true },
  });
  return user === null ? undefined : { revision: Number(user.revision), deleted: user.deletedAt !== null };
}

/** Takes over the user's facts from identity's event. */
export async function saveUser(
  tx: Tx,
  userId: UserId,
  revision: number,
  { email, is_admin, is_verified, created_at }: StateOf<'user'>,
): Promise<void> {
  const facts = { revision, email, isAdmin: is_admin, isVerified: is_verified };
  await tx.user.upsert({
    where: { id: userId },
    create: { id: userId, ...facts, createdAt: new Date(created_at) },
    update: facts,
    select: { id: true },
  });
}

/** Empties the user's row and marks it as deleted. From here on until the commit nobody can add them anywhere. */
export async function markUserDeleted(tx: Tx, userId: UserId, revision: number): Promise<void> {
  const deletedAt = new Date();
  await tx.user.upsert({
    where: { id: userId },
    create: {
      id: userId,
      revision,
      email: '',
      isAdmin: false,
      isVerified: false,
      createdAt: deletedAt,
      deletedAt,
    },
    update: { revision, email: '', isAdmin: false, isVerified: false, deletedAt },
    select: { id: true },
  });
}

/** Every membership of the user, also below what is deleted but not yet removed. */
export function belongingsOf(tx: Tx, userId: UserId): Promise<Belonging[]> {
  return tx.$queryRaw<Belonging[]>`
    SELECT m.team_id AS "teamId", t.org_id AS "orgId"
      FROM memberships m
      JOIN teams t ON t.id = m.team_id
     WHERE m.user_id = ${userId}::uuid`;
}

/** Drops the user's join requests, resolved ones, too. */
export async function deleteJoinRequestsOf(tx: Tx, userId: UserId): Promise<void> {
  await tx.joinRequest.deleteMany({ where: { userId } });
}

/** The team, unless it or its organization is gone. */
export async function findLiveTeam(
  tx: Tx,
  teamId: TeamId,
): Promise<{ id: TeamId; orgId: OrganizationId } | undefined> {
  const rows = await tx.$queryRaw<{ id: TeamId; orgId: OrganizationId }[]>`
    SELECT id, org_id AS "orgId" FROM live_teams WHERE id = ${teamId}::uuid`;
  return rows[0];
}
