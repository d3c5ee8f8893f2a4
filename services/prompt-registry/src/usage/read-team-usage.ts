/** Shows how often the prompts of a team are rendered. */
import { type AccessProjection, type Principal, requireAllowedOn } from '@px0/access';
import type { TeamId, Wire } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { seenSlugs } from '../limits/mod.ts';
import { parseDays } from './days.ts';
import { teamUsage } from './team-store.ts';

export interface ReadTeamUsageDependencies {
  readonly reader: Reader;
  readonly access: AccessProjection;
}

const DEFAULT_DAYS = 30;

export class ReadTeamUsage {
  readonly #deps: ReadTeamUsageDependencies;

  constructor(deps: ReadTeamUsageDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError forbidden, invalidTimeRange */
  async run(
    principal: Principal,
    teamId: TeamId,
    { days }: { readonly days?: string | undefined },
  ): Promise<Wire<'TeamUsage'>> {
    const { reader, access } = this.#deps;
    requireAllowedOn(access, principal, 'getTeamUsage', { teamId });
    return await teamUsage(reader, teamId, parseDays(days, DEFAULT_DAYS), seenSlugs(principal));
  }
}
