/** Replaces a prompt's description. */
import { type AccessProjection, type Principal, requireAllowedOn } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { direct, type PolicyGate } from '../policies/mod.ts';
import type { PromptChanges } from './prompt-changes.ts';
import type { PromptRow } from './prompt-row.ts';
import { requireDescription } from './prompt-texts.ts';
import { setAbout } from './store.ts';

export interface DescribePromptDependencies {
  readonly changes: PromptChanges;
  readonly access: AccessProjection;
  readonly gate: PolicyGate;
}

export class DescribePrompt {
  readonly #deps: DescribePromptDependencies;

  constructor(deps: DescribePromptDependencies) {
    this.#deps = deps;
  }

  /**
   * An absent description becomes empty. The body is judged before the role, as the contract has it.
   *
   * @throws ApiError promptNotFound, what `readInput` throws, descriptionTooLong, forbidden
   */
  run(
    principal: Principal,
    promptId: PromptId,
    readInput: () => { readonly description?: string },
  ): Promise<PromptRow> {
    const { changes, access, gate } = this.#deps;
    return changes.make(principal, 'getPrompt', promptId, async (open) => {
      const { change, prompt, record } = open;
      const { description = '' } = readInput();
      requireDescription(description);
      requireAllowedOn(access, principal, 'updatePrompt', { teamId: prompt.teamId });
      const permit = await gate.permit(open, { transitions: [] }, direct);
      const described = await setAbout(change, prompt, { ...prompt, description }, permit);
      await record('prompt.updated');
      return described;
    });
  }
}
