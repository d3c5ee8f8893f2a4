/** A promotion that requires the version to render every payload of the prompt as its assertions say. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { FindPrompt } from '../prompts/mod.ts';
import {
  type Promotion,
  requireNote,
  type TransitionOptions,
  type TransitionVersion,
  type VersionRow,
} from '../versions/mod.ts';
import type { CheckVersion } from './check-version.ts';
import { payloadsDigest } from './sample-store.ts';

export interface PromoteWithPayloadsDependencies {
  readonly check: CheckVersion;
  readonly transition: TransitionVersion;
  readonly prompts: FindPrompt;
}

/** Thrown under the lock when the template or the payloads are not those that were checked. */
class CheckedAnother extends Error {
  override readonly name = 'CheckedAnother';
}

/** A save between check and promotion causes another check; a caller whose version keeps changing gets a 503. */
const ATTEMPTS = 3;

export class PromoteWithPayloads implements Promotion {
  readonly #deps: PromoteWithPayloadsDependencies;

  constructor(deps: PromoteWithPayloadsDependencies) {
    this.#deps = deps;
  }

  /**
   * The renders happen before the lock is taken; under it the template and the payloads are only compared with those that were rendered. Refusals of a
   * plain promotion come first.
   *
   * @throws ApiError as a plain promotion, payloadsFail naming the payloads, and tooManyHeavyRenders
   */
  async run(
    principal: Principal,
    promptId: PromptId,
    ref: string,
    options: Omit<TransitionOptions, 'condition'>,
    signal: AbortSignal,
  ): Promise<VersionRow> {
    const { check, transition, prompts } = this.#deps;
    // A caller without the right is refused before anything is rendered; the right is judged again under the lock.
    await prompts.run(principal, 'promoteVersion', promptId);
    requireNote(options.readInput?.().note ?? '');
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const result = await check.run(principal, promptId, ref, signal, { sight: 'whole' });
      try {
        const condition = async (version: VersionRow, reader: Reader) => {
          const isChecked =
            version.id === result.version.id && version.bodyRevision === result.version.bodyRevision;
          const isSame = isChecked && (await payloadsDigest(reader, promptId)) === result.payloadsDigest;
          if (!isSame) throw new CheckedAnother();
          return result.failed.length === 0
            ? undefined
            : new ApiError('payloadsFail', { detail: result.failed.join(', ') });
        };
        return await transition.run(principal, promptId, ref, 'promote', { ...options, condition, signal });
      } catch (error) {
        if (!(error instanceof CheckedAnother)) throw error;
      }
    }
    throw new ApiError('serviceUnavailable', { message: 'the version changed during each of its checks' });
  }
}
