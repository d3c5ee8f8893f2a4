/** Replaces the template of a draft. A version that has left `draft` keeps its template. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import type { PromptChanges } from '../prompts/mod.ts';
import { requireMatch } from './etag.ts';
import { requireVersion, setTemplate } from './store.ts';
import type { TemplateCheck } from './template-check.ts';
import { parseVersionRef } from './version-ref.ts';
import type { VersionRow } from './version-row.ts';

export interface UpdateVersionDependencies {
  readonly changes: PromptChanges;
  readonly templates: TemplateCheck;
}

export class UpdateVersion {
  readonly #deps: UpdateVersionDependencies;

  constructor(deps: UpdateVersionDependencies) {
    this.#deps = deps;
  }

  /**
   * The state is judged before the body.
   *
   * @throws ApiError promptNotFound, forbidden, versionNotFound, onlyDraftsCanBeModified, what `readInput` and `checkTemplate` throw,
   * preconditionFailed, tooManyHeavyRenders
   */
  async run(
    principal: Principal,
    promptId: PromptId,
    ref: string,
    readInput: () => { readonly template?: string },
    ifMatch: string | undefined,
    signal: AbortSignal,
  ): Promise<VersionRow> {
    const { templates } = this.#deps;
    const verdict = await templates.of(principal, 'updateVersion', promptId, readInput, signal);
    return this.#deps.changes.make(principal, 'updateVersion', promptId, async ({ change, record }) => {
      const draft = await requireVersion(change, promptId, parseVersionRef(ref));
      if (draft.status !== 'draft') throw new ApiError('onlyDraftsCanBeModified');
      const { template, variables } = verdict();
      requireMatch(ifMatch, draft);
      const { number } = draft;
      const bodyRevision = await change.writeBody(promptId, number, { template });
      const updated = await setTemplate(change, { promptId, number, template, variables, bodyRevision });
      await record('version.updated', { version: number });
      return updated;
    });
  }
}
