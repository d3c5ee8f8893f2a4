/** Lists the tags of a team's prompts, as a choice in a filter needs them. */
import { type AccessProjection, type Principal, requireAllowedOn } from '@px0/access';
import type { TeamId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { seenSlugs, seenTags } from '../limits/mod.ts';
import { type TeamTag, teamTags } from './store.ts';

export interface ListTeamTagsDependencies {
  readonly reader: Reader;
  readonly access: AccessProjection;
}

export class ListTeamTags {
  readonly #deps: ListTeamTagsDependencies;

  constructor(deps: ListTeamTagsDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError forbidden */
  run(principal: Principal, teamId: TeamId): Promise<TeamTag[]> {
    const { reader, access } = this.#deps;
    requireAllowedOn(access, principal, 'listTeamTags', { teamId });
    return teamTags(reader, teamId, { prompts: seenSlugs(principal), tags: seenTags(principal) });
  }
}
