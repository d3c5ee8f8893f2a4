/** Creates a draft with the template of another version. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { PromptChanges } from '../prompts/mod.ts';
import { insertDraft } from './insert-draft.ts';
import { requireVersion } from './store.ts';
import { parseVersionRef } from './version-ref.ts';
import type { VersionRow } from './version-row.ts';

export interface DuplicateVersionDependencies {
  readonly changes: PromptChanges;
}

export class DuplicateVersion {
  readonly #deps: DuplicateVersionDependencies;

  constructor(deps: DuplicateVersionDependencies) {
    this.#deps = deps;
  }

  /**
   * The template was compiled when its source was saved, so it is not judged again.
   *
   * @throws ApiError promptNotFound, forbidden, versionNotFound, tooManyVersionsOrTags
   */
  run(principal: Principal, promptId: PromptId, ref: string): Promise<VersionRow> {
    return this.#deps.changes.make(principal, 'duplicateVersion', promptId, async (open) => {
      const source = await requireVersion(open.change, promptId, parseVersionRef(ref));
      const version = await insertDraft(open, source);
      await open.record('version.duplicated', { version: version.number, detail: { from: source.number } });
      return version;
    });
  }
}
