/** The one rule by which people become members, whatever the way. */
import type { OrganizationId, TeamId, UserId } from '@px0/contracts';
import type { Change } from '../changes/mod.ts';
import { insertMembership } from './store.ts';

/**
 * Makes a user a member: the first of a team becomes its admin, everyone after an editor, a member stays as they are. The
 * team's organization must be locked, or new: two people who join an empty team at once would both become admins. `addedBy` is the
 * person who made them a member without a request.
 */
export async function join(
  change: Change,
  team: { readonly id: TeamId; readonly orgId: OrganizationId },
  userId: UserId,
  addedBy?: UserId,
): Promise<void> {
  const role = await insertMembership(change, team.id, userId, addedBy);
  if (role === undefined) return;
  await change.audit({
    action: 'member.joined',
    orgId: team.orgId,
    teamId: team.id,
    userId,
    details: { role },
  });
}
