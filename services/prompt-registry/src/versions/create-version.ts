/** Creates versions, as drafts. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { Authoring } from '../changes/mod.ts';
import type { PromptChanges } from '../prompts/mod.ts';
import { requireAuthoring } from './authoring.ts';
import type { ContentInput } from './checked-content.ts';
import type { ContentCheck, ContentVerdict } from './content-check.ts';
import { insertDraft } from './insert-draft.ts';
import { kindDetail, type VersionRow } from './version-row.ts';

export interface CreateVersionDependencies {
  readonly changes: PromptChanges;
  readonly contents: ContentCheck;
  readonly authoring: Authoring;
}

export class CreateVersion {
  readonly #deps: CreateVersionDependencies;

  constructor(deps: CreateVersionDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, forbidden, what `readInput`, `checkContent` and `requireAuthoring` throw, tooManyVersionsOrTags, tooManyHeavyRenders */
  async run(
    principal: Principal,
    promptId: PromptId,
    readInput: () => ContentInput,
    signal: AbortSignal,
  ): Promise<VersionRow> {
    const { contents } = this.#deps;
    const verdict = await contents.of(principal, 'createVersion', promptId, readInput, signal);
    return this.insert(principal, promptId, verdict);
  }

  /** With content that was checked already. @throws ApiError promptNotFound, forbidden, what `verdict` and `requireAuthoring` throw, tooManyVersionsOrTags */
  insert(principal: Principal, promptId: PromptId, verdict: ContentVerdict): Promise<VersionRow> {
    return this.#deps.changes.make(principal, 'createVersion', promptId, async (open) => {
      const content = verdict();
      requireAuthoring(this.#deps.authoring, content);
      const version = await insertDraft(open, content);
      await open.record('version.created', {
        version: version.number,
        ...kindDetail(version),
        text: version.note,
      });
      return version;
    });
  }
}
