/** Leaves a team. */
import type { TeamId } from '@px0/contracts';
import { type Caller, holdTeam, requireAnywhere, requireOnTeam } from '../authority/mod.ts';
import type { Changes } from '../changes/mod.ts';
import { endMemberships } from './end-memberships.ts';
import { requireOtherAdmin } from './last-admin.ts';

export class LeaveTeam {
  readonly #changes: Changes;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  /**
   * Ends the caller's own membership. A key has none of its own.
   *
   * @throws ApiError in this order: `forbidden`, `userNotTeamMember` (for an unknown team, too), `defaultTeamMustKeepAdmin`
   */
  async run(caller: Caller, teamId: TeamId): Promise<void> {
    await this.#changes.make(caller, async (change) => {
      const team = await holdTeam(change, teamId, caller.userId);
      // A team that does not exist gets the same refusal as a caller without any membership.
      if (team === undefined) return requireAnywhere(caller, 'leaveTeam');
      requireOnTeam(caller, 'leaveTeam', team);
      if (team.isDefault) await requireOtherAdmin(change, team.orgId, caller.userId);
      await endMemberships(change, team.orgId, caller.userId, [teamId], 'member.left');
    });
  }
}
