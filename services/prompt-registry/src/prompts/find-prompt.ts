/** Finds a prompt by its id, for a caller that wants to read part of it. */
import type { AccessProjection, Action, Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { allowedPrompt } from './allowed-prompt.ts';
import type { PromptRow } from './prompt-row.ts';
import { promptById } from './store.ts';

export interface FindPromptDependencies {
  readonly reader: Reader;
  readonly access: AccessProjection;
}

export class FindPrompt {
  readonly #deps: FindPromptDependencies;

  constructor(deps: FindPromptDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, forbidden (for an action that needs more than reading) */
  async run(principal: Principal, action: Action, promptId: PromptId): Promise<PromptRow> {
    const { reader, access } = this.#deps;
    return allowedPrompt(access, principal, action, await promptById(reader, promptId));
  }
}
