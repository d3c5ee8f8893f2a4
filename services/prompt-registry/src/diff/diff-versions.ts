/** Compares two versions of a prompt. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import { LRUCache } from 'lru-cache';
import type { FindPrompt } from '../prompts/mod.ts';
import { parseVersionNumber, type VersionRow, versionPair } from '../versions/mod.ts';
import { type Hunk, hunksOf } from './hunks.ts';
import { formatHunks } from './unified.ts';

export interface VersionDiff {
  readonly from: VersionRow;
  readonly to: VersionRow;
  readonly text: string;
  readonly hunks: readonly Hunk[];
}

export interface DiffVersionsDependencies {
  readonly reader: Reader;
  readonly prompts: FindPrompt;
}

/** Memory for diffs that cannot change any more: those of versions that left draft. */
const KEPT_BYTES = 16 * 1_048_576;
/** Of a line besides its text, of which a character takes two bytes at most. */
const LINE_BYTES = 64;

export class DiffVersions {
  readonly #deps: DiffVersionsDependencies;
  readonly #kept = new LRUCache<string, readonly Hunk[]>({ maxSize: KEPT_BYTES, sizeCalculation: sizeOf });

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
    const { reader, prompts } = this.#deps;
    if (fromText === '' || toText === '') throw new ApiError('versionRangeRequired');
    const fromNumber = parseVersionNumber(fromText);
    if (fromNumber === undefined) throw new ApiError('invalidFromVersion');
    const toNumber = parseVersionNumber(toText);
    if (toNumber === undefined) throw new ApiError('invalidToVersion');
    await prompts.run(principal, 'diffVersions', promptId);
    const [from, to] = await versionPair(reader, promptId, fromNumber, toNumber);
    if (from === undefined) throw new ApiError('fromVersionNotFound');
    if (to === undefined) throw new ApiError('toVersionNotFound');
    const hunks = this.#hunks(from, to);
    return { from, to, hunks, text: formatHunks(hunks, `v${from.number}`, `v${to.number}`) };
  }

  #hunks(from: VersionRow, to: VersionRow): readonly Hunk[] {
    if (from.status === 'draft' || to.status === 'draft') return hunksOf(from.template, to.template);
    const key = `${from.id}:${to.id}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const hunks = hunksOf(from.template, to.template);
    this.#kept.set(key, hunks);
    return hunks;
  }
}

function sizeOf(hunks: readonly Hunk[]): number {
  const lines = hunks.flatMap((hunk) => hunk.lines);
  return 1 + lines.reduce((sum, { text }) => sum + LINE_BYTES + text.length * 2, 0);
}
