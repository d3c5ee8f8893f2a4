/** Compares two versions of a prompt. */
import type { Principal } from '@px0/access';
import type { PromptId, QueryOf, routes } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import { LRUCache } from 'lru-cache';
import { type HeavyWork, SHORT_WAIT_MS, sayingInstead } from '../heavy/mod.ts';
import type { FindPrompt } from '../prompts/mod.ts';
import { parseVersionNumber, seesVersion, type VersionRow, versionPair } from '../versions/mod.ts';
import { answerOf, type DiffOrder } from './diff-answer.ts';
import { isLightDiff } from './edit-script.ts';
import type { DiffSide } from './part-texts.ts';
import { partTexts } from './part-texts.ts';

export interface DiffVersionsDependencies {
  readonly reader: Reader;
  readonly prompts: FindPrompt;
  readonly heavy: HeavyWork;
}

/** Memory for the answers of heavy comparisons that cannot change any more: those of versions that left draft. */
const KEPT_BYTES = 16 * 1_048_576;

type Answer = readonly Uint8Array[];

export class DiffVersions {
  readonly #deps: DiffVersionsDependencies;
  readonly #kept = new LRUCache<string, Answer>({ maxSize: KEPT_BYTES, sizeCalculation: sizeOf });

  constructor(deps: DiffVersionsDependencies) {
    this.#deps = deps;
  }

  /**
   * The answer's JSON. Numbers only, no tags; they are judged before the caller's access.
   *
   * @throws ApiError versionRangeRequired, invalidFromVersion, invalidToVersion, promptNotFound, fromVersionNotFound, toVersionNotFound,
   * tooManyHeavyRenders
   */
  async run(
    principal: Principal,
    promptId: PromptId,
    { from: fromText = '', to: toText = '', format }: QueryOf<typeof routes.diffVersions>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { reader, prompts, heavy } = this.#deps;
    if (fromText === '' || toText === '') throw new ApiError('versionRangeRequired');
    const fromNumber = parseVersionNumber(fromText);
    if (fromNumber === undefined) throw new ApiError('invalidFromVersion');
    const toNumber = parseVersionNumber(toText);
    if (toNumber === undefined) throw new ApiError('invalidToVersion');
    const { teamId } = await prompts.run(principal, 'diffVersions', promptId);
    const [from, to] = await versionPair(reader, promptId, fromNumber, toNumber);
    if (from === undefined || !seesVersion(principal, from)) throw new ApiError('fromVersionNotFound');
    if (to === undefined || !seesVersion(principal, to)) throw new ApiError('toVersionNotFound');
    const order = { from: sideOf(from), to: sideOf(to), isStructured: format === 'structured' };
    if (isLight(order)) return answerOf(order);
    const key = from.status === 'draft' || to.status === 'draft' ? undefined : keyOf(from, to, order);
    const kept = key === undefined ? undefined : this.#kept.get(key);
    if (kept !== undefined) return kept;
    const bytes = charactersOf(order.from) + charactersOf(order.to);
    const answer = await heavy.pool
      .run(heavy.organizationOf(teamId), 'diff', order, { signal, bytes, waitMs: SHORT_WAIT_MS })
      .catch(sayingInstead('serviceUnavailable'));
    if (key !== undefined) this.#kept.set(key, answer);
    return answer;
  }
}

function sideOf({ number, template, messages, config, authoredSchema }: VersionRow): DiffSide {
  return { number, template, messages, config, authoredSchema };
}

/** A configuration, and a schema, may have a line for every two of its characters. */
const MAX_LIGHT_JSON = 4 * 1024;

function isLight({ from, to }: DiffOrder): boolean {
  if (!isLightDiff(from.template, to.template)) return false;
  if (jsonCharactersOf(from) + jsonCharactersOf(to) > MAX_LIGHT_JSON) return false;
  return partTexts(from, to).every(([, a, b]) => isLightDiff(a ?? '', b ?? ''));
}

/** A chat's messages are its template once more. */
function charactersOf(side: DiffSide): number {
  return side.template.length * (side.messages === null ? 1 : 2) + jsonCharactersOf(side);
}

function jsonCharactersOf({ config, authoredSchema }: DiffSide): number {
  return (config ?? '').length + (authoredSchema ?? '').length;
}

function keyOf(from: VersionRow, to: VersionRow, { isStructured }: DiffOrder): string {
  return `${from.id}:${to.id}:${isStructured}`;
}

function sizeOf(answer: Answer): number {
  return answer.reduce((sum, piece) => sum + piece.byteLength, 1);
}
