/** Finds the prompt that a path names, by id or by slug. */
import { type AccessProjection, type Principal, requireAllowedOn } from '@px0/access';
import { type Hint, parseUuid, type TeamId } from '@px0/contracts';
import { normaliseSlug } from '@px0/contracts/slug';
import { MOST_CANDIDATES, suggestion } from '@px0/input-contract';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import { seesSlug } from '../limits/mod.ts';
import { allowedPrompt } from './allowed-prompt.ts';
import type { PromptRow } from './prompt-row.ts';
import { promptById, promptBySlug, someSlugs } from './store.ts';

/** Slugs have at most 255 characters; a longer text is none, in whatever form. */
const MOST_CHARACTERS = 1_024;

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
    if (id !== undefined) return allowedPrompt(access, principal, 'getPrompt', await promptById(reader, id));
    const teamIds = this.#teams(principal, team);
    const prompt = await promptBySlug(reader, text, teamIds);
    if (prompt === undefined)
      throw new ApiError('promptNotFound', { hint: await this.#didYouMean(principal, text, teamIds) });
    return allowedPrompt(access, principal, 'getPrompt', prompt);
  }

  /** A prompt that the caller may read: that of the slug in its normal form, or one whose slug is nearly the same. */
  async #didYouMean(
    principal: Principal,
    text: string,
    teamIds: readonly TeamId[],
  ): Promise<Hint | undefined> {
    if (text.length > MOST_CHARACTERS) return undefined;
    const { reader } = this.#deps;
    const slug = normaliseSlug(text);
    const isSeen = slug !== text && slug !== '' && seesSlug(principal, slug);
    const prompt = isSeen ? await promptBySlug(reader, slug, teamIds) : undefined;
    if (prompt !== undefined) return { 'did-you-mean': [slug] };
    const slugs = await someSlugs(reader, teamIds, MOST_CANDIDATES + 1);
    // To compare with thousands would let wrong requests keep the process busy.
    if (slugs.length > MOST_CANDIDATES) return undefined;
    const near = suggestion(
      slug,
      slugs.filter((one) => seesSlug(principal, one)),
    );
    return near === undefined ? undefined : { 'did-you-mean': [near] };
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
