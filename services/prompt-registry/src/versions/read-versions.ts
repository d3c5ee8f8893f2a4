/** Reads versions of a prompt that the caller can see. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import type { Db } from '../database/db.ts';
import { type Page, pageOf, parseLimit, parseNumber } from '../paging/mod.ts';
import type { ReadPrompts } from '../prompts/mod.ts';
import type { VersionStore } from './store.ts';
import { parseVersionRef, type VersionRef } from './version-ref.ts';
import type { VersionRow } from './version-row.ts';

export interface ReadVersionsDependencies {
  readonly db: Db;
  readonly prompts: ReadPrompts;
  readonly store: VersionStore;
}

export interface VersionListParameters {
  readonly status?: string | undefined;
  readonly tags?: string | undefined;
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
}

/** Marked by the last version's number. */
export type VersionPage = Page<VersionRow, number>;

export class ReadVersions {
  readonly #deps: ReadVersionsDependencies;

  constructor(deps: ReadVersionsDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, versionNotFound */
  async get(principal: Principal, promptId: PromptId, ref: string): Promise<VersionRow> {
    await this.#deps.prompts.byId(principal, promptId);
    return this.ofPrompt(promptId, parseVersionRef(ref));
  }

  /** A version of a prompt whose gate the caller has passed. @throws ApiError versionNotFound */
  async ofPrompt(promptId: PromptId, ref: VersionRef): Promise<VersionRow> {
    const { db, store } = this.#deps;
    const version = await store.find(db, promptId, ref);
    if (version === undefined) throw new ApiError('versionNotFound');
    return version;
  }

  /** `tags` is a comma-separated list; one that names no tag filters nothing. @throws ApiError promptNotFound, invalidLimit, invalidCursor */
  async list(
    principal: Principal,
    promptId: PromptId,
    parameters: VersionListParameters,
  ): Promise<VersionPage> {
    const { db, prompts, store } = this.#deps;
    await prompts.byId(principal, promptId);
    const limit = parseLimit(parameters.limit);
    const rows = await store.list(db, promptId, {
      status: parameters.status === '' ? undefined : parameters.status,
      tags: tagNames(parameters.tags),
      limit,
      before: parseNumber(parameters.cursor),
    });
    return pageOf(rows, limit, ({ number }) => number);
  }
}

function tagNames(text = ''): string[] | undefined {
  const names = text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  return names.length === 0 ? undefined : names;
}
