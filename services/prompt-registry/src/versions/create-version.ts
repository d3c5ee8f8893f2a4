/** Creates versions, as drafts. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { PromptChanges } from '../prompts/mod.ts';
import { insertDraft } from './insert-draft.ts';
import { checkTemplate } from './template-check.ts';
import type { VersionRow } from './version-row.ts';

export interface CreateVersionDependencies {
  readonly changes: PromptChanges;
}

export class CreateVersion {
  readonly #deps: CreateVersionDependencies;

  constructor(deps: CreateVersionDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, forbidden, what `readInput` and `checkTemplate` throw, tooManyVersionsOrTags */
  run(
    principal: Principal,
    promptId: PromptId,
    readInput: () => { readonly template?: string },
  ): Promise<VersionRow> {
    return this.#deps.changes.make(principal, 'createVersion', promptId, async (open) => {
      const version = await insertDraft(open, checkTemplate(readInput().template));
      await open.record('version.created', { version: version.number });
      return version;
    });
  }
}
