/** Creates prompts. Names and slugs are unique per team, archived prompts included, and never change afterwards. */
import { randomUUID } from 'node:crypto';
import { type AccessProjection, type Principal, requireAllowedOn } from '@px0/access';
import type { TeamId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import { type Authoring, actorOf, type Changes } from '../changes/mod.ts';
import { seesSlug } from '../limits/mod.ts';
import { requireContract } from './contract.ts';
import type { PromptRow } from './prompt-row.ts';
import { type PromptInput, promptTexts } from './prompt-texts.ts';
import { insertPrompt } from './store.ts';
import { isTeamDeleted } from './team-lock.ts';

export interface CreatePromptDependencies {
  readonly changes: Changes;
  readonly access: AccessProjection;
  readonly authoring: Authoring;
}

export interface CreatedPrompt extends PromptInput {
  readonly contract?: string | undefined;
}

export class CreatePrompt {
  readonly #deps: CreatePromptDependencies;

  constructor(deps: CreatePromptDependencies) {
    this.#deps = deps;
  }

  /**
   * `readInput` is called after the caller's right was judged: the contract refuses a stranger before it looks at the body.
   *
   * @throws ApiError forbidden, what `readInput` and `promptTexts` throw, forbidden (for a slug that the key does not see), what `requireContract` throws, promptAlreadyExists
   */
  async run(principal: Principal, teamId: TeamId, readInput: () => CreatedPrompt): Promise<PromptRow> {
    const { changes, access, authoring } = this.#deps;
    requireAllowedOn(access, principal, 'createPrompt', { teamId });
    const { contract: wanted = 'off', ...input } = readInput();
    const texts = promptTexts(input);
    if (!seesSlug(principal, texts.slug)) throw new ApiError('forbidden');
    const contract = requireContract(wanted, authoring);
    return changes.make(actorOf(principal), async (change) => {
      // The projection may not have heard yet of a deletion that this registry has already carried out.
      if (await isTeamDeleted(change, teamId)) throw new ApiError('forbidden');
      const prompt = await insertPrompt(change, { id: randomUUID(), teamId, ...texts, contract });
      if (prompt === undefined) throw new ApiError('promptAlreadyExists');
      await change.audit({
        promptId: prompt.id,
        teamId,
        action: 'prompt.created',
        detail: {
          name: prompt.name,
          slug: prompt.slug,
          ...(prompt.folder === '' ? {} : { folder: prompt.folder }),
          ...(contract === 'off' ? {} : { contract }),
        },
      });
      return prompt;
    });
  }
}
