/** Creates versions, as drafts. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { PromptChanges } from '../prompts/mod.ts';
import { insertDraft } from './insert-draft.ts';
import type { TemplateCheck, TemplateVerdict } from './template-check.ts';
import type { VersionRow } from './version-row.ts';

export interface CreateVersionDependencies {
  readonly changes: PromptChanges;
  readonly templates: TemplateCheck;
}

export class CreateVersion {
  readonly #deps: CreateVersionDependencies;

  constructor(deps: CreateVersionDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, forbidden, what `readInput` and `checkTemplate` throw, tooManyVersionsOrTags, tooManyHeavyRenders */
  async run(
    principal: Principal,
    promptId: PromptId,
    readInput: () => { readonly template?: string },
    signal: AbortSignal,
  ): Promise<VersionRow> {
    const { templates } = this.#deps;
    const verdict = await templates.of(principal, 'createVersion', promptId, readInput, signal);
    return this.insert(principal, promptId, verdict);
  }

  /** With a template that was checked already. @throws ApiError promptNotFound, forbidden, what `verdict` throws, tooManyVersionsOrTags */
  insert(principal: Principal, promptId: PromptId, verdict: TemplateVerdict): Promise<VersionRow> {
    return this.#deps.changes.make(principal, 'createVersion', promptId, async (open) => {
      const version = await insertDraft(open, verdict());
      await open.record('version.created', { version: version.number });
      return version;
    });
  }
}
