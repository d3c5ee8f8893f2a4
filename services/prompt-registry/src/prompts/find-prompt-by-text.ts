/** Finds the prompt that a path names, by id or by slug. */
import { type AccessProjection, type Principal, requireAllowedOn } from '@px0/access';
import { parseUuid, type TeamId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import { allowedPrompt } from './allowed-prompt.ts';
import type { PromptRow } from './prompt-row.ts';
import { promptById, promptBySlug } from './store.ts';

export interface FindPromptByTextDependencies {
  readonly reader: Reader;
  readonly access: AccessProjection;
}

export class FindPromptByText {
  readonly #deps: FindPromptByTextDependencies;

  constructor(deps: FindPromptByTextDependencies) {
    this.#deps = deps;
  }

  /**
   * A text that is a UUID is an id and nothing else; any other is a slug, exact and case-sensitive, among the teams that the caller
   * reads, or in `team` alone.
   *
   * @throws ApiError invalidId, forbidden (both about `team`), promptNotFound
   */
  async run(principal: Principal, text: string, team: string | undefined): Promise<PromptRow> {
    const { reader, access } = this.#deps;
    const id = parseUuid(text);
    const prompt =
      id === undefined
        ? await promptBySlug(reader, text, this.#teams(principal, team))
        : await promptById(reader, id);
    return allowedPrompt(access, principal, 'getPrompt', prompt);
  }

  #teams(principal: Principal, team = ''): TeamId[] {
    const { access } = this.#deps;
    if (team === '') return access.readableTeams(principal);
    const teamId = parseUuid(team);
    if (teamId === undefined) throw new ApiError('invalidId');
    requireAllowedOn(access, principal, 'listPrompts', { teamId });
    return [teamId];
  }
}
