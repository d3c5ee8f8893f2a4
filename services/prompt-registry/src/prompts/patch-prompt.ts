/** Changes a prompt's folder, contract and description; what is not named stays. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { Authoring } from '../changes/mod.ts';
import { requireLiveSeen } from '../limits/mod.ts';
import { type Basis, direct, type PolicyGate } from '../policies/mod.ts';
import { contractDetail, requireContract } from './contract.ts';
import { movedDetail, requireFolder } from './folder.ts';
import type { PromptChanges } from './prompt-changes.ts';
import type { PromptRow } from './prompt-row.ts';
import { requireDescription } from './prompt-texts.ts';
import { setAbout } from './store.ts';

export interface PatchPromptDependencies {
  readonly changes: PromptChanges;
  readonly authoring: Authoring;
  readonly gate: PolicyGate;
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
   * @throws ApiError promptNotFound, forbidden, what `readInput` throws, descriptionTooLong, invalidFolder, what `requireContract` throws,
   * forbidden (the contract of live renders, with a key that does not see them), what the gate throws
   */
  run(
    principal: Principal,
    promptId: PromptId,
    readInput: () => PromptPatch,
    basis: Basis = direct,
  ): Promise<PromptRow> {
    const { changes, gate } = this.#deps;
    return changes.make(principal, 'patchPrompt', promptId, async (open) => {
      const { change, prompt, record } = open;
      const patch = readInput();
      const { description = prompt.description, folder = prompt.folder, contract: wanted } = patch;
      requireDescription(description);
      requireFolder(folder);
      const contract = wanted === undefined ? prompt.contract : requireContract(wanted, this.#deps.authoring);
      if (contract !== prompt.contract) requireLiveSeen(principal);
      if (Object.keys(patch).length === 0) return prompt;
      const guarded = {
        transitions: contract === prompt.contract ? [] : (['payloads'] as const),
        ...(folder !== prompt.folder && { newFolder: folder }),
      };
      const permit = await gate.permit(open, guarded, basis);
      const patched = await setAbout(change, prompt, { description, folder, contract }, permit);
      if (description !== prompt.description) await record('prompt.updated');
      const detail = {
        ...(folder !== prompt.folder && movedDetail(prompt.folder, folder)),
        ...(contract !== prompt.contract && contractDetail(prompt.contract, contract)),
      };
      if (Object.keys(detail).length > 0) await record('prompt.patched', { detail });
      return patched;
    });
  }
}
