/**
 * An organization's row is the lock of everything in it: every write below an organization holds its row first. So rules that
 * look at several rows (who joins an empty team, whether an admin remains, whether a name is free) decide on facts that cannot
 * change before the commit. To avoid deadlocks, locks are taken in order: organizations by id, then one user's row.
 * See docs/decisions/060-row-locks.md.
 */
import type { OrganizationId, TeamId, UserId } from '@px0/contracts';
import { type Reader, sql } from '@px0/owner';
import { type OrgStanding, orgStanding, type TeamStanding, teamStanding } from './standing.ts';

/** Locks the organizations in one order; returns those that exist. */
export async function lockOrganizations(
  reader: Reader,
  orgIds: readonly OrganizationId[],
): Promise<Set<OrganizationId>> {
  const rows = await reader.query<{ id: OrganizationId }>(sql`
    SELECT id FROM organizations
     WHERE id = ANY(${[...orgIds]}::uuid[]) AND deleted_at IS NULL
     ORDER BY id
       FOR NO KEY UPDATE`);
  return new Set(rows.map((row) => row.id));
}

/** Locks the organization and tells what the user is in it. */
export async function holdOrganization(
  reader: Reader,
  orgId: OrganizationId,
  userId: UserId,
): Promise<OrgStanding | undefined> {
  await lockOrganizations(reader, [orgId]);
  return orgStanding(reader, orgId, userId);
}

/**
 * Locks the team's organization, and `alsoOrgId` when given, and tells what the user is in the team. A move may change the
 * team's organization between the look and the lock; then it looks again.
 */
export async function holdTeam(
  reader: Reader,
  teamId: TeamId,
  userId: UserId,
  alsoOrgId?: OrganizationId,
): Promise<TeamStanding | undefined> {
  for (;;) {
    const found = await reader.query<{ orgId: OrganizationId }>(sql`
      SELECT org_id AS "orgId" FROM live_teams WHERE id = ${teamId}::uuid`);
    const orgId = found[0]?.orgId;
    if (orgId === undefined) return undefined;
    await lockOrganizations(reader, alsoOrgId === undefined ? [orgId] : [orgId, alsoOrgId]);
    const standing = await teamStanding(reader, teamId, userId);
    if (standing === undefined || standing.orgId === orgId) return standing;
  }
}

/**
 * Keeps the user from being deleted until the transaction ends. False when the user is unknown or deleted. Taken after the
 * organizations' locks, never before.
 */
export async function holdUser(reader: Reader, userId: UserId): Promise<boolean> {
  const rows = await reader.query<object>(sql`
    SELECT id FROM users WHERE id = ${userId}::uuid AND deleted_at IS NULL FOR SHARE`);
  return rows.length > 0;
}
