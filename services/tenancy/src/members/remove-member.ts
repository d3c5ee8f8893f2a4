/** Removes a member from a team. */
import type { TeamId, UserId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import type { Caller } from '../authority/mod.ts';
import type { Changes } from '../changes/mod.ts';
import { endMemberships } from './end-memberships.ts';
import { heldTeam } from './held-team.ts';
import { requireOtherAdmin } from './last-admin.ts';
import { teamsOfMember } from './store.ts';

export class RemoveMember {
  readonly #changes: Changes;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  /**
   * Ends a membership. It is no error when the user is in the organization, but not in this team.
   *
   * @throws ApiError in this order: `teamNotFound`, `forbidden`, `userNotInTeamOrganization`, `defaultTeamMustKeepAdmin`
   */
  async run(caller: Caller, teamId: TeamId, userId: UserId): Promise<void> {
    await this.#changes.make(caller, async (change) => {
      const team = await heldTeam(change, caller, 'removeTeamMember', teamId);
      const teams = await teamsOfMember(change, team.orgId, userId);
      if (teams.length === 0) throw new ApiError('userNotInTeamOrganization');
      if (team.isDefault) await requireOtherAdmin(change, team.orgId, userId);
      await endMemberships(change, team.orgId, userId, [teamId], 'member.removed');
    });
  }
}
