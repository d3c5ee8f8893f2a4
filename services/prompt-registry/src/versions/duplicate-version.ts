/** Creates a draft with the content of another version. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { Authoring } from '../changes/mod.ts';
import type { PromptChanges } from '../prompts/mod.ts';
import { requireAuthoring } from './authoring.ts';
import { insertDraft } from './insert-draft.ts';
import { requireSeenVersion } from './seen-version.ts';
import { parseVersionRef } from './version-ref.ts';
import type { VersionRow } from './version-row.ts';

export interface DuplicateVersionDependencies {
  readonly changes: PromptChanges;
  readonly authoring: Authoring;
}

export class DuplicateVersion {
  readonly #deps: DuplicateVersionDependencies;

  constructor(deps: DuplicateVersionDependencies) {
    this.#deps = deps;
  }

  /**
   * What it holds was judged when the source was saved. Its note says why that was made, so it stays there.
   *
   * @throws ApiError promptNotFound, forbidden, versionNotFound, what `requireAuthoring` throws, tooManyVersionsOrTags
   */
  run(principal: Principal, promptId: PromptId, ref: string): Promise<VersionRow> {
    return this.#deps.changes.make(principal, 'duplicateVersion', promptId, async (open) => {
      const source = await requireSeenVersion(open.change, principal, promptId, parseVersionRef(ref));
      requireAuthoring(this.#deps.authoring, source);
      const version = await insertDraft(open, { ...source, note: '' }, source);
      await open.record('version.duplicated', { version: version.number, detail: { from: source.number } });
      return version;
    });
  }
}
