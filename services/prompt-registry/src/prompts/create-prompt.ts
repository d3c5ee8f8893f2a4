/** Creates prompts. Names and slugs are unique per team, archived prompts included, and never change afterwards. */
import { randomUUID } from 'node:crypto';
import { type AccessProjection, type Principal, requireAllowedOn } from '@px0/access';
import type { TeamId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import { actorOf, type Changes } from '../changes/mod.ts';
import type { PromptRow } from './prompt-row.ts';
import { type PromptInput, promptTexts } from './prompt-texts.ts';
import { insertPrompt } from './store.ts';
import { isTeamDeleted } from './team-lock.ts';

export interface CreatePromptDependencies {
  readonly changes: Changes;
  readonly access: AccessProjection;
}

export class CreatePrompt {
  readonly #deps: CreatePromptDependencies;

  constructor(deps: CreatePromptDependencies) {
    this.#deps = deps;
  }

  /**
   * `readInput` is called after the caller's right was judged: the contract refuses a stranger before it looks at the body.
   *
   * @throws ApiError forbidden, what `readInput` and `promptTexts` throw, promptAlreadyExists
   */
  async run(principal: Principal, teamId: TeamId, readInput: () => PromptInput): Promise<PromptRow> {
    const { changes, access } = this.#deps;
    requireAllowedOn(access, principal, 'createPrompt', { teamId });
    const texts = promptTexts(readInput());
    return changes.make(actorOf(principal), async (change) => {
      // The projection may not have heard yet of a deletion that this registry has already carried out.
      if (await isTeamDeleted(change, teamId)) throw new ApiError('forbidden');
      const prompt = await insertPrompt(change, { id: randomUUID(), teamId, ...texts });
      if (prompt === undefined) throw new ApiError('promptAlreadyExists');
      await change.audit({
        promptId: prompt.id,
        teamId,
        action: 'prompt.created',
        detail: {
          name: prompt.name,
          slug: prompt.slug,
          ...(prompt.folder === '' ? {} : { folder: prompt.folder }),
        },
      });
      return prompt;
    });
  }
}
