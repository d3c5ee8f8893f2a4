/** Lists policies. */
import { type AccessProjection, type Principal, requireAllowedOn } from '@px0/access';
import type { OrganizationId, TeamId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { PolicyRow } from '../policies/mod.ts';
import { listPolicies } from './store.ts';

export interface ReadPoliciesDependencies {
  readonly reader: Reader;
  readonly access: AccessProjection;
}

export class ReadPolicies {
  readonly #deps: ReadPoliciesDependencies;

  constructor(deps: ReadPoliciesDependencies) {
    this.#deps = deps;
  }

  /** What holds for the team: the policies of its organization are among them. @throws ApiError forbidden */
  ofTeam(principal: Principal, teamId: TeamId): Promise<PolicyRow[]> {
    const { reader, access } = this.#deps;
    requireAllowedOn(access, principal, 'listTeamPolicies', { teamId });
    return listPolicies(reader, { teamId, orgId: access.team(teamId)?.orgId });
  }

  /** @throws ApiError organizationNotFound, forbidden */
  async ofOrg(principal: Principal, orgId: OrganizationId): Promise<PolicyRow[]> {
    const { reader, access } = this.#deps;
    if (access.organization(orgId) === undefined) throw new ApiError('organizationNotFound');
    requireAllowedOn(access, principal, 'listOrgPolicies', { orgId });
    return listPolicies(reader, { orgId });
  }
}
