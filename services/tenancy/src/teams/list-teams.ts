/** Lists the teams of an organization. */
import type { OrganizationId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { type Caller, orgStanding, requireOnOrganization } from '../authority/mod.ts';
import { type ListedTeamRow, teamsOfOrganization } from './store.ts';

export class ListTeams {
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /**
   * All teams of an organization, by name.
   *
   * @throws ApiError in this order: `organizationNotFound`, `forbidden`
   */
  async run(caller: Caller, orgId: OrganizationId): Promise<ListedTeamRow[]> {
    requireOnOrganization(caller, 'listOrgTeams', await orgStanding(this.#reader, orgId, caller.userId));
    return teamsOfOrganization(this.#reader, orgId, caller.userId);
  }
}
