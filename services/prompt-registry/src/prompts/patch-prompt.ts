/** Changes a prompt's folder and description; what is not named stays. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import { movedDetail, requireFolder } from './folder.ts';
import type { PromptChanges } from './prompt-changes.ts';
import type { PromptRow } from './prompt-row.ts';
import { requireDescription } from './prompt-texts.ts';
import { setAbout } from './store.ts';

export interface PatchPromptDependencies {
  readonly changes: PromptChanges;
}

export interface PromptPatch {
  readonly folder?: string;
  readonly contract?: string;
  readonly description?: string;
}

export class PatchPrompt {
  readonly #deps: PatchPromptDependencies;

  constructor(deps: PatchPromptDependencies) {
    this.#deps = deps;
  }

  /**
   * A patch that names a field counts as a change of the prompt, like an update, but only what differs leaves an entry.
   *
   * @throws ApiError promptNotFound, forbidden, what `readInput` throws, descriptionTooLong, invalidFolder, invalidContract,
   * serviceUnavailable for a contract other than `off`
   */
  run(principal: Principal, promptId: PromptId, readInput: () => PromptPatch): Promise<PromptRow> {
    return this.#deps.changes.make(principal, 'patchPrompt', promptId, async ({ change, prompt, record }) => {
      const patch = readInput();
      const { description = prompt.description, folder = prompt.folder, contract = 'off' } = patch;
      requireDescription(description);
      requireFolder(folder);
      requireContract(contract);
      if (Object.keys(patch).length === 0) return prompt;
      const patched = await setAbout(change, prompt, { description, folder });
      if (description !== prompt.description) await record('prompt.updated');
      if (folder !== prompt.folder) {
        await record('prompt.patched', { detail: movedDetail(prompt.folder, folder) });
      }
      return patched;
    });
  }
}

/** Input contracts are not judged yet, so nothing may ask for one. */
function requireContract(contract: string): void {
  if (!['off', 'warn', 'enforce'].includes(contract)) throw new ApiError('invalidContract');
  if (contract !== 'off') {
    throw new ApiError('serviceUnavailable', { message: 'input contracts are not judged yet' });
  }
}
