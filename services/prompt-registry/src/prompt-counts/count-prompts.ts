/** How many prompts each team of an organization has. Every member of the organization sees that, and nothing else of teams that they are not in. */
import { type AccessProjection, type Principal, requireAllowedOn } from '@px0/access';
import type { OrganizationId, TeamId } from '@px0/contracts';
import { type Reader, sql } from '@px0/owner';
import { ApiError } from '@px0/service-kit';

export interface TeamCount {
  readonly teamId: TeamId;
  readonly active: number;
  readonly archived: number;
}

export interface CountPromptsDependencies {
  readonly reader: Reader;
  readonly access: AccessProjection;
}

export class CountPrompts {
  readonly #deps: CountPromptsDependencies;

  constructor(deps: CountPromptsDependencies) {
    this.#deps = deps;
  }

  /** Teams without prompts are left out. @throws ApiError organizationNotFound, forbidden */
  async run(principal: Principal, orgId: OrganizationId): Promise<TeamCount[]> {
    const { reader, access } = this.#deps;
    if (access.organization(orgId) === undefined) throw new ApiError('organizationNotFound');
    requireAllowedOn(access, principal, 'countOrgPrompts', { orgId });
    return await reader.query<TeamCount>(sql`
      SELECT team_id AS "teamId", (count(*) FILTER (WHERE status = 'active'))::int AS active,
             (count(*) FILTER (WHERE status = 'archived'))::int AS archived
        FROM prompts WHERE team_id = ANY(${[...access.teamsOf(orgId)]}::uuid[])
       GROUP BY team_id ORDER BY team_id`);
  }
}
