/**
 * What rendering says of a version. It is rendered before the prompt is locked; under the lock, what was rendered is compared with what
 * is there.
 * See docs/decisions/200-permits.md.
 */
import type { PromptId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { Judgement } from './guarded.ts';

/** Renders a version with the payloads of its prompt. Checks implement it. */
export interface Judge {
  /** @throws ApiError tooManyHeavyRenders, promptNotFound, versionNotFound */
  judge(promptId: PromptId, version: number, signal: AbortSignal): Promise<Judgement>;
  /** A text that is another one when the payloads or the live version have changed. */
  surroundings(reader: Reader, promptId: PromptId): Promise<string>;
}

/** Thrown under the lock where a policy asks for what nobody has judged yet. */
export class NotJudged extends Error {
  override readonly name = 'NotJudged';
  readonly promptId: PromptId;
  readonly version: number;

  constructor(promptId: PromptId, version: number) {
    super('a policy asks for checks');
    this.promptId = promptId;
    this.version = version;
  }
}

/** A save between judgement and change causes another judgement; a caller whose version keeps changing gets a 503. */
const ATTEMPTS = 3;

/**
 * Does work that policies may make depend on how a version renders. Most changes need no judgement, so the first attempt has none.
 *
 * @throws ApiError what `work` and `judge` throw; serviceUnavailable
 */
export async function judging<T>(
  judge: Judge,
  signal: AbortSignal,
  work: (judgement: Judgement | undefined) => Promise<T>,
): Promise<T> {
  let judgement: Judgement | undefined;
  for (let attempt = 0; attempt <= ATTEMPTS; attempt += 1) {
    try {
      return await work(judgement);
    } catch (error) {
      if (!(error instanceof NotJudged)) throw error;
      if (attempt < ATTEMPTS) judgement = await judge.judge(error.promptId, error.version, signal);
    }
  }
  throw new ApiError('serviceUnavailable', { message: 'the version changed during each of its checks' });
}
