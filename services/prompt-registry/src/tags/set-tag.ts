/** Puts a tag on a version. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { PromptChanges } from '../prompts/mod.ts';
import { parseVersionRef, requireVersion, type VersionRow } from '../versions/mod.ts';
import { putTag, taggedVersion } from './store.ts';
import { requireTag } from './tag-form.ts';

export interface SetTagDependencies {
  readonly changes: PromptChanges;
}

export class SetTag {
  readonly #deps: SetTagDependencies;

  constructor(deps: SetTagDependencies) {
    this.#deps = deps;
  }

  /**
   * Another version of the prompt that had the tag loses it. Setting it where it is already succeeds and changes nothing.
   *
   * @throws ApiError promptNotFound, forbidden, what `readInput` throws, tagRequired, invalidTagFormat, versionNotFound,
   * tooManyVersionsOrTags
   */
  run(
    principal: Principal,
    promptId: PromptId,
    ref: string,
    readInput: () => { readonly tag?: string },
  ): Promise<VersionRow> {
    return this.#deps.changes.make(principal, 'setVersionTag', promptId, async ({ change, record }) => {
      const tag = requireTag(readInput().tag);
      const version = await requireVersion(change, promptId, parseVersionRef(ref));
      const { number } = version;
      const before = await taggedVersion(change, promptId, tag);
      if (before === number) return version;
      await putTag(change, promptId, { tag, version: number });
      await record('tag.set', { version: number, detail: { tag, from: before ?? null, to: number } });
      return requireVersion(change, promptId, { kind: 'number', number });
    });
  }
}
