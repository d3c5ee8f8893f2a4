/** Deletes drafts. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import type { PromptChanges } from '../prompts/mod.ts';
import { requireMatch } from './etag.ts';
import { deleteVersion, requireVersion } from './store.ts';
import { parseVersionRef } from './version-ref.ts';

export interface DeleteVersionDependencies {
  readonly changes: PromptChanges;
}

export class DeleteVersion {
  readonly #deps: DeleteVersionDependencies;

  constructor(deps: DeleteVersionDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, forbidden, versionNotFound, onlyDraftsCanBeDeleted, preconditionFailed */
  run(principal: Principal, promptId: PromptId, ref: string, ifMatch: string | undefined): Promise<void> {
    return this.#deps.changes.make(principal, 'deletePromptVersion', promptId, async ({ change, record }) => {
      const draft = await requireVersion(change, promptId, parseVersionRef(ref));
      if (draft.status !== 'draft') throw new ApiError('onlyDraftsCanBeDeleted');
      requireMatch(ifMatch, draft);
      await deleteVersion(change, draft);
      await change.removeBody(promptId, draft.number);
      await record('version.deleted', { version: draft.number });
    });
  }
}
