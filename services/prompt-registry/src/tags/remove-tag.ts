/** Removes a tag from its version. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import { requireTagSeen } from '../limits/mod.ts';
import { type Basis, direct, type PolicyGate } from '../policies/mod.ts';
import type { PromptChange, PromptChanges } from '../prompts/mod.ts';
import { deleteTag, taggedVersion } from './store.ts';

export interface RemoveTagDependencies {
  readonly changes: PromptChanges;
  readonly gate: PolicyGate;
}

export class RemoveTag {
  readonly #deps: RemoveTagDependencies;

  constructor(deps: RemoveTagDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, forbidden (also a tag that the key does not see), tagNotFound, what the gate throws */
  run(principal: Principal, promptId: PromptId, tag: string, basis: Basis = direct): Promise<void> {
    return this.#deps.changes.make(principal, 'removeVersionTag', promptId, (open) =>
      this.within(open, tag, basis),
    );
  }

  /** The same within a change that is open, whose caller was judged. @throws ApiError forbidden, tagNotFound, what the gate throws */
  async within(open: PromptChange, tag: string, basis: Basis): Promise<void> {
    const { change, prompt, principal, record } = open;
    requireTagSeen(principal, tag);
    const version = await taggedVersion(change, prompt.id, tag);
    if (version === undefined) throw new ApiError('tagNotFound');
    const guarded = { transitions: ['tag'] as const, tags: [tag], proposal: { kind: 'remove_tag', tag } };
    const permit = await this.#deps.gate.permit(open, guarded, basis);
    await deleteTag(change, prompt.id, tag, permit);
    await record('tag.removed', { version, detail: { tag, from: version, to: null } });
  }
}
