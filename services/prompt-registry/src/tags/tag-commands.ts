/** Sets, moves, removes and lists tags. */
import type { Principal } from '@px0/access';
import { type PromptId, settableTag } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import type { Db } from '../database/db.ts';
import type { PromptChanges, ReadPrompts } from '../prompts/mod.ts';
import { parseVersionRef, type VersionRow, type VersionStore } from '../versions/mod.ts';
import type { TagRef, TagStore } from './store.ts';

const TAG = /^[A-Za-z0-9._-]{1,50}$/;
const SETTABLE = new RegExp(settableTag);

export interface TagCommandsDependencies {
  readonly db: Db;
  readonly changes: PromptChanges;
  readonly prompts: ReadPrompts;
  readonly versions: VersionStore;
  readonly store: TagStore;
}

export class TagCommands {
  readonly #deps: TagCommandsDependencies;

  constructor(deps: TagCommandsDependencies) {
    this.#deps = deps;
  }

  /**
   * Another version of the prompt that had the tag loses it. Setting it where it is already succeeds and changes nothing.
   *
   * @throws ApiError promptNotFound, forbidden, what `readInput` throws, tagRequired, invalidTagFormat, versionNotFound,
   * tooManyVersionsOrTags
   */
  set(
    principal: Principal,
    promptId: PromptId,
    ref: string,
    readInput: () => { readonly tag?: string },
  ): Promise<VersionRow> {
    const { changes, versions, store } = this.#deps;
    return changes.edit(principal, promptId, async ({ tx, record, publish }) => {
      const tag = requireTag(readInput().tag);
      const version = await versions.find(tx, promptId, parseVersionRef(ref));
      if (version === undefined) throw new ApiError('versionNotFound');
      const { number } = version;
      const before = await store.find(tx, promptId, tag);
      if (before?.version === number) return version;
      await store.set(tx, promptId, { tag, version: number });
      await record('tag.set', {
        version: number,
        detail: { tag, from: before?.version ?? null, to: number },
      });
      await publish();
      return (await versions.find(tx, promptId, { kind: 'number', number })) ?? version;
    });
  }

  /** @throws ApiError promptNotFound, forbidden, tagNotFound */
  remove(principal: Principal, promptId: PromptId, tag: string): Promise<void> {
    const { changes, store } = this.#deps;
    return changes.edit(principal, promptId, async ({ tx, record, publish }) => {
      const version = await store.remove(tx, promptId, tag);
      if (version === undefined) throw new ApiError('tagNotFound');
      await record('tag.removed', { version, detail: { tag, from: version, to: null } });
      await publish();
    });
  }

  /** @throws ApiError promptNotFound */
  async list(principal: Principal, promptId: PromptId): Promise<TagRef[]> {
    const { db, prompts, store } = this.#deps;
    await prompts.byId(principal, promptId);
    return store.list(db, promptId);
  }
}

/**
 * A tag that may be set.
 *
 * @throws ApiError tagRequired, invalidTagFormat
 */
export function requireTag(tag: string | undefined): string {
  const formed = requireTagForm(tag);
  // URL parsers resolve `.` and `..` in a path, so that a request about the tag would reach another resource.
  if (!SETTABLE.test(formed)) throw new ApiError('invalidTagFormat');
  return formed;
}

/**
 * A tag as prompts may have it: `.` and `..`, which were once taken, included.
 *
 * @throws ApiError tagRequired, invalidTagFormat
 */
export function requireTagForm(tag: string | undefined): string {
  if (tag === undefined || tag === '') throw new ApiError('tagRequired');
  if (!TAG.test(tag)) throw new ApiError('invalidTagFormat');
  return tag;
}
