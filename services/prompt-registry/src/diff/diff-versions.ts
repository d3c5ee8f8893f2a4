/** Compares two versions of a prompt. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import type { Db } from '../database/db.ts';
import type { ReadPrompts } from '../prompts/mod.ts';
import { parseVersionNumber, type VersionRow, type VersionStore } from '../versions/mod.ts';
import { type Hunk, hunksOf } from './hunks.ts';
import { formatHunks } from './unified.ts';

export interface VersionDiff {
  readonly from: VersionRow;
  readonly to: VersionRow;
  readonly text: string;
  readonly hunks: readonly Hunk[];
}

export interface DiffVersionsDependencies {
  readonly db: Db;
  readonly prompts: ReadPrompts;
  readonly versions: VersionStore;
}

export class DiffVersions {
  readonly #deps: DiffVersionsDependencies;

  constructor(deps: DiffVersionsDependencies) {
    this.#deps = deps;
  }

  /**
   * Numbers only, no tags; they are judged before the caller's access.
   *
   * @throws ApiError versionRangeRequired, invalidFromVersion, invalidToVersion, promptNotFound, fromVersionNotFound, toVersionNotFound
   */
  async run(
    principal: Principal,
    promptId: PromptId,
    {
      from: fromText = '',
      to: toText = '',
    }: { readonly from?: string | undefined; readonly to?: string | undefined },
  ): Promise<VersionDiff> {
    const { db, prompts, versions } = this.#deps;
    if (fromText === '' || toText === '') throw new ApiError('versionRangeRequired');
    const fromNumber = parseVersionNumber(fromText);
    if (fromNumber === undefined) throw new ApiError('invalidFromVersion');
    const toNumber = parseVersionNumber(toText);
    if (toNumber === undefined) throw new ApiError('invalidToVersion');
    await prompts.byId(principal, promptId);
    const [from, to] = await versions.pair(db, promptId, fromNumber, toNumber);
    if (from === undefined) throw new ApiError('fromVersionNotFound');
    if (to === undefined) throw new ApiError('toVersionNotFound');
    const hunks = hunksOf(from.template, to.template);
    return { from, to, hunks, text: formatHunks(hunks, `v${from.number}`, `v${to.number}`) };
  }
}
