/** Ends memberships, with an audit entry for each. */
import type { OrganizationId, TeamId, UserId } from '@px0/contracts';
import type { AuditAction, Change } from '../changes/mod.ts';
import { deleteMemberships } from './store.ts';

/** Ends the memberships of the user in these teams; a team without one is skipped. */
export async function endMemberships(
  change: Change,
  orgId: OrganizationId,
  userId: UserId,
  teamIds: readonly TeamId[],
  action: AuditAction,
): Promise<void> {
  for (const teamId of await deleteMemberships(change, userId, teamIds)) {
    await change.audit({ action, orgId, teamId, userId });
  }
}
