/** Archives and restores prompts. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { PromptChanges } from './prompt-changes.ts';
import type { PromptRow } from './prompt-row.ts';
import { setStatus } from './store.ts';

export interface SetPromptStatusDependencies {
  readonly changes: PromptChanges;
}

const operations = {
  archived: { action: 'archivePrompt', noted: 'prompt.archived' },
  active: { action: 'restorePrompt', noted: 'prompt.restored' },
} as const;

export class SetPromptStatus {
  readonly #deps: SetPromptStatusDependencies;

  constructor(deps: SetPromptStatusDependencies) {
    this.#deps = deps;
  }

  /** Repeating it succeeds and changes nothing. @throws ApiError promptNotFound, forbidden */
  run(principal: Principal, promptId: PromptId, status: PromptRow['status']): Promise<PromptRow> {
    const { action, noted } = operations[status];
    return this.#deps.changes.make(principal, action, promptId, async ({ change, prompt, record }) => {
      if (prompt.status === status) return prompt;
      const changed = await setStatus(change, promptId, status);
      await record(noted, { detail: { from: prompt.status, to: status } });
      return changed;
    });
  }
}
