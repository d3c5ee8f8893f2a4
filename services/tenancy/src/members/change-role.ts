/** Changes the role of a member. */
import type { TeamId, UserId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import { type Caller, isTeamRole, type LazyBody, type TeamRole } from '../authority/mod.ts';
import type { Changes } from '../changes/mod.ts';
import { heldTeam } from './held-team.ts';
import { requireOtherAdmin } from './last-admin.ts';
import { findRole, setRole } from './store.ts';

export class ChangeRole {
  readonly #changes: Changes;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  /**
   * Gives a member another role.
   *
   * @throws ApiError in this order: `teamNotFound`, `forbidden`, `invalidRequestBody`, `invalidRole`, `teamMemberNotFound`,
   *   `defaultTeamMustKeepAdmin`
   */
  async run(
    caller: Caller,
    teamId: TeamId,
    userId: UserId,
    body: LazyBody<{ readonly role?: string }>,
  ): Promise<void> {
    await this.#changes.make(caller, async (change) => {
      const team = await heldTeam(change, caller, 'updateTeamMemberRole', teamId);
      const role = requireRole(body().role);
      const before = await findRole(change, teamId, userId);
      if (before === undefined) throw new ApiError('teamMemberNotFound');
      if (before === role) return;
      if (team.isDefault) await requireOtherAdmin(change, team.orgId, userId);
      await setRole(change, teamId, userId, role);
      await change.audit({
        action: 'member.role_changed',
        orgId: team.orgId,
        teamId,
        userId,
        details: { from: before, to: role },
      });
    });
  }
}

/** @throws ApiError `invalidRole` */
function requireRole(role: string | undefined): TeamRole {
  if (role !== undefined && isTeamRole(role)) return role;
  throw new ApiError('invalidRole');
}
