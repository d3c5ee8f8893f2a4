/** Deletes drafts. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import { requireCoveredDraft } from '../limits/mod.ts';
import { type Basis, direct, type PolicyGate } from '../policies/mod.ts';
import type { PromptChanges } from '../prompts/mod.ts';
import { requireMatch } from './etag.ts';
import { refFor } from './seen-version.ts';
import { deleteVersion, requireVersion } from './store.ts';

export interface DeleteVersionDependencies {
  readonly changes: PromptChanges;
  readonly gate: PolicyGate;
}

export class DeleteVersion {
  readonly #deps: DeleteVersionDependencies;

  constructor(deps: DeleteVersionDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, forbidden, versionNotFound, onlyDraftsCanBeDeleted, preconditionFailed, what the gate throws */
  run(
    principal: Principal,
    promptId: PromptId,
    ref: string,
    ifMatch: string | undefined,
    basis: Basis = direct,
  ): Promise<void> {
    const { changes, gate } = this.#deps;
    return changes.make(principal, 'deletePromptVersion', promptId, async (open) => {
      const { change, record } = open;
      const draft = await requireVersion(change, promptId, refFor(principal, ref));
      if (draft.status !== 'draft') throw new ApiError('onlyDraftsCanBeDeleted');
      requireCoveredDraft(principal, draft.tags);
      requireMatch(ifMatch, draft);
      const { tags } = draft;
      const guarded = { transitions: tags.length > 0 ? (['tag'] as const) : [], tags };
      await deleteVersion(change, draft, await gate.permit(open, guarded, basis));
      await change.removeBody(promptId, draft.number);
      await record('version.deleted', { version: draft.number });
    });
  }
}
