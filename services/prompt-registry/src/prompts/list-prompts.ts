/** Lists the prompts of a team, or of several in one order. */
import { type AccessProjection, limitsOf, type Principal, requireAllowedOn } from '@px0/access';
import type { TeamId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import { seenSlugs } from '../limits/mod.ts';
import { type ListParameters, parseListQuery } from './list-query.ts';
import { listPrompts, type PromptPage } from './list-store.ts';
import type { PromptRow } from './prompt-row.ts';
import { type PromptSummary, summaries } from './summary-store.ts';

export interface PromptList {
  /** Prompts with their summaries, when those were asked for. */
  readonly rows: readonly { readonly prompt: PromptRow; readonly summary: PromptSummary | undefined }[];
  readonly next: PromptPage['next'];
}

export interface ListPromptsDependencies {
  readonly reader: Reader;
  readonly access: AccessProjection;
}

export class ListPrompts {
  readonly #deps: ListPromptsDependencies;

  constructor(deps: ListPromptsDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError forbidden and what `parseListQuery` throws, forbidden (a search in content, or an order by change, with a key that does not see all versions) */
  async run(
    principal: Principal,
    teamIds: readonly TeamId[],
    parameters: ListParameters,
  ): Promise<PromptList> {
    const { reader, access } = this.#deps;
    for (const teamId of teamIds) requireAllowedOn(access, principal, 'listPrompts', { teamId });
    const query = parseListQuery(parameters);
    const limits = limitsOf(principal);
    // Either would tell of versions that the key does not see.
    const tells = query.searched === 'content' || query.sort.column === 'changed_at';
    if (tells && limits?.refs !== undefined) throw new ApiError('forbidden');
    const { rows, next } = await listPrompts(reader, teamIds, query, seenSlugs(principal));
    const ids = query.include === 'summary' ? rows.map(({ id }) => id) : [];
    const found = ids.length === 0 ? undefined : await summaries(reader, ids, principal);
    return { rows: rows.map((prompt) => ({ prompt, summary: found?.get(prompt.id) })), next };
  }
}
