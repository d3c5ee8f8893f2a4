/** Removes a person from an organization. */
import type { OrganizationId, UserId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import { type Caller, holdOrganization, requireOnOrganization } from '../authority/mod.ts';
import type { Changes } from '../changes/mod.ts';
import { endMemberships } from './end-memberships.ts';
import { requireOtherAdmin } from './last-admin.ts';
import { teamsOfMember } from './store.ts';

export class RemovePerson {
  readonly #changes: Changes;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  /**
   * Ends all memberships of a user in an organization.
   *
   * @throws ApiError in this order: `organizationNotFound`, `forbidden`, `userNotOrganizationMember`, `defaultTeamMustKeepAdmin`
   */
  async run(caller: Caller, orgId: OrganizationId, userId: UserId): Promise<void> {
    await this.#changes.make(caller, async (change) => {
      requireOnOrganization(caller, 'removeOrgMember', await holdOrganization(change, orgId, caller.userId));
      const teams = await teamsOfMember(change, orgId, userId);
      if (teams.length === 0) throw new ApiError('userNotOrganizationMember');
      await requireOtherAdmin(change, orgId, userId);
      await endMemberships(change, orgId, userId, teams, 'member.removed');
    });
  }
}
