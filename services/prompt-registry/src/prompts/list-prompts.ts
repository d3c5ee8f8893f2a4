/** Lists the prompts of a team. */
import { type AccessProjection, type Principal, requireAllowedOn } from '@px0/access';
import type { TeamId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { type ListParameters, parseListQuery } from './list-query.ts';
import { listPrompts, type PromptPage } from './list-store.ts';

export interface ListPromptsDependencies {
  readonly reader: Reader;
  readonly access: AccessProjection;
}

export class ListPrompts {
  readonly #deps: ListPromptsDependencies;

  constructor(deps: ListPromptsDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError forbidden and what `parseListQuery` throws */
  run(principal: Principal, teamId: TeamId, parameters: ListParameters): Promise<PromptPage> {
    const { reader, access } = this.#deps;
    requireAllowedOn(access, principal, 'listPrompts', { teamId });
    return listPrompts(reader, teamId, parseListQuery(parameters));
  }
}
