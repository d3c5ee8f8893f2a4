/** Removes a tag from its version. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import type { PromptChanges } from '../prompts/mod.ts';
import { deleteTag } from './store.ts';

export interface RemoveTagDependencies {
  readonly changes: PromptChanges;
}

export class RemoveTag {
  readonly #deps: RemoveTagDependencies;

  constructor(deps: RemoveTagDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, forbidden, tagNotFound */
  run(principal: Principal, promptId: PromptId, tag: string): Promise<void> {
    return this.#deps.changes.make(principal, 'removeVersionTag', promptId, async ({ change, record }) => {
      const version = await deleteTag(change, promptId, tag);
      if (version === undefined) throw new ApiError('tagNotFound');
      await record('tag.removed', { version, detail: { tag, from: version, to: null } });
    });
  }
}
