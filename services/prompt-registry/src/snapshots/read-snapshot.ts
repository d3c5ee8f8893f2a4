/** Shows the accepted output of a payload, and what a version makes of it now. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import { acceptedOutput, requirePayload } from '../payloads/mod.ts';
import type { FindPrompt } from '../prompts/mod.ts';
import type { SampleRenders } from './sample-renders.ts';

export interface ReadSnapshotDependencies {
  readonly reader: Reader;
  readonly prompts: FindPrompt;
  readonly samples: SampleRenders;
}

export interface SnapshotView {
  readonly accepted: string | null;
  readonly actual: string | null;
  readonly diff: string | null;
}

export class ReadSnapshot {
  readonly #deps: ReadSnapshotDependencies;

  constructor(deps: ReadSnapshotDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, payloadNotFound, versionNotFound, payloadFails, tooManyHeavyRenders, serviceUnavailable */
  async run(
    principal: Principal,
    promptId: PromptId,
    payloadId: string,
    ref: string | undefined,
    signal: AbortSignal,
  ): Promise<SnapshotView> {
    const { reader, prompts, samples } = this.#deps;
    const prompt = await prompts.run(principal, 'getSnapshot', promptId);
    await requirePayload(reader, promptId, payloadId);
    const accepted = await acceptedOutput(reader, payloadId);
    if (ref === undefined) return { accepted: accepted ?? null, actual: null, diff: null };
    const { outcome } = await samples.run(prompt, payloadId, ref, signal, accepted);
    if (outcome.outcome === 'failed') throw new ApiError('payloadFails', { detail: outcome.error });
    return { accepted: accepted ?? null, actual: outcome.text, diff: outcome.diff };
  }
}
