/** Lists the versions of a prompt that the caller can see. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { type Page, pageOf, parseLimit, parseNumber, type Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import { seenVersions } from '../limits/mod.ts';
import type { FindPrompt } from '../prompts/mod.ts';
import { parseInclude } from './include.ts';
import { listVersions } from './store.ts';
import type { VersionRow } from './version-row.ts';

export interface ListVersionsDependencies {
  readonly reader: Reader;
  readonly prompts: FindPrompt;
}

export interface VersionListParameters {
  readonly status?: string | undefined;
  readonly tags?: string | undefined;
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
  readonly include?: string | undefined;
}

/** Marked by the last version's number. */
export type VersionPage = Page<VersionRow, number>;

export class ListVersions {
  readonly #deps: ListVersionsDependencies;

  constructor(deps: ListVersionsDependencies) {
    this.#deps = deps;
  }

  /** `tags` is a comma-separated list; one that names no tag filters nothing. @throws ApiError promptNotFound, invalidInclude, invalidLimit, invalidCursor */
  async run(
    principal: Principal,
    promptId: PromptId,
    parameters: VersionListParameters,
  ): Promise<VersionPage> {
    const { reader, prompts } = this.#deps;
    await prompts.run(principal, 'listVersions', promptId);
    const include = parseInclude(parameters.include);
    if (include === 'program') throw new ApiError('invalidInclude');
    const limit = parseLimit(parameters.limit);
    const rows = await listVersions(reader, promptId, {
      status: parameters.status === '' ? undefined : parameters.status,
      tags: tagNames(parameters.tags),
      limit,
      before: parseNumber(parameters.cursor),
      hasSchemas: include === 'schema',
      seen: seenVersions(principal),
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
