/** The one rule by which people become members, whatever the way. */
import type { OrganizationId, TeamId, UserId } from '@px0/contracts';
import type { TeamRole } from '../authority/mod.ts';
import type { Change } from '../changes/mod.ts';
import { insertMembership } from './store.ts';

export interface Joining {
  /** The person who made them a member without a request. */
  readonly addedBy?: UserId;
  /** For everyone but the first of a team. Default: `editor`. */
  readonly role?: TeamRole;
  /** What they accepted. */
  readonly invitationId?: string;
}

/**
 * Makes a user a member: the first of a team becomes its admin, everyone after has the role of their invitation or is an editor, a member stays as
 * they are. The team's organization must be locked, or new: two people who join an empty team at once would both become admins.
 */
export async function join(
  change: Change,
  team: { readonly id: TeamId; readonly orgId: OrganizationId },
  userId: UserId,
  { addedBy, role: wanted = 'editor', invitationId }: Joining = {},
): Promise<void> {
  const role = await insertMembership(change, { teamId: team.id, userId, role: wanted, addedBy });
  if (role === undefined) return;
  await change.audit({
    action: 'member.joined',
    orgId: team.orgId,
    teamId: team.id,
    userId,
    details: { role, ...(invitationId !== undefined && { invitation_id: invitationId }) },
  });
}
