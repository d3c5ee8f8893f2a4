/** Accepts what a version makes of a payload as the right output. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import { actorOf, bodyOf } from '../changes/mod.ts';
import { requireSample } from '../checks/mod.ts';
import { MAX_SNAPSHOT_BYTES, type PayloadRow, requirePayload, storeSnapshot } from '../payloads/mod.ts';
import type { Basis, PolicyGate } from '../policies/mod.ts';
import type { FindPrompt, PromptChanges } from '../prompts/mod.ts';
import { contentHashOf, parseVersionRef, requireVersion } from '../versions/mod.ts';
import type { RenderedSample, SampleRenders } from './sample-renders.ts';

export interface AcceptSnapshotDependencies {
  readonly changes: PromptChanges;
  readonly gate: PolicyGate;
  readonly prompts: FindPrompt;
  readonly samples: SampleRenders;
}

/** Thrown under the lock when the version or the payload is not what was rendered. */
class RenderedAnother extends Error {
  override readonly name = 'RenderedAnother';
}

const ATTEMPTS = 3;

export class AcceptSnapshot {
  readonly #deps: AcceptSnapshotDependencies;

  constructor(deps: AcceptSnapshotDependencies) {
    this.#deps = deps;
  }

  /**
   * Renders before the lock is taken, and compares under it what was rendered.
   *
   * @throws ApiError promptNotFound, forbidden, what `readInput` throws, invalidRequestBody, payloadNotFound, versionNotFound, payloadFails,
   * snapshotTooLarge, what the gate throws, tooManyHeavyRenders, serviceUnavailable
   */
  async run(
    principal: Principal,
    promptId: PromptId,
    payloadId: string,
    readInput: () => { readonly version?: number },
    { basis, signal }: { readonly basis: Basis; readonly signal: AbortSignal },
  ): Promise<PayloadRow> {
    const { prompts, samples } = this.#deps;
    const prompt = await prompts.run(principal, 'acceptSnapshot', promptId);
    const { version: number } = readInput();
    if (number === undefined) throw new ApiError('invalidRequestBody');
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const rendered = await samples.run(prompt, payloadId, String(number), signal);
      const { outcome } = rendered;
      if (outcome.outcome === 'failed') throw new ApiError('payloadFails', { detail: outcome.error });
      if (Buffer.byteLength(outcome.text) > MAX_SNAPSHOT_BYTES) throw new ApiError('snapshotTooLarge');
      try {
        return await this.#keep(principal, promptId, payloadId, { ...rendered, text: outcome.text }, basis);
      } catch (error) {
        if (!(error instanceof RenderedAnother)) throw error;
      }
    }
    throw new ApiError('serviceUnavailable', { message: 'the version changed during each of its renders' });
  }

  #keep(
    principal: Principal,
    promptId: PromptId,
    payloadId: string,
    { version, sample, text: output }: RenderedSample & { readonly text: string },
    basis: Basis,
  ): Promise<PayloadRow> {
    const actor = actorOf(principal);
    return this.#deps.changes.make(
      principal,
      'acceptSnapshot',
      promptId,
      async (open): Promise<PayloadRow> => {
        const { change, record } = open;
        const isSame = await isUnchanged(change, promptId, { version, sample });
        if (!isSame || actor.kind === 'system') throw new RenderedAnother();
        const permit = await this.#deps.gate.permit(open, { transitions: ['payloads'] }, basis);
        const snapshot = { version: version.number, contentHash: contentHashOf(bodyOf(version)), output };
        await storeSnapshot(change, actor, payloadId, snapshot, permit);
        const payload = await requirePayload(change, promptId, payloadId);
        await record('payload.snapshot_accepted', {
          version: version.number,
          detail: { payload: payloadId, name: payload.name },
        });
        return payload;
      },
    );
  }
}

/** @throws ApiError versionNotFound, payloadNotFound for what is gone */
async function isUnchanged(
  reader: Reader,
  promptId: PromptId,
  { version, sample }: Pick<RenderedSample, 'version' | 'sample'>,
): Promise<boolean> {
  const present = await requireVersion(reader, promptId, parseVersionRef(String(version.number)));
  const { variablesJson } = await requireSample(reader, promptId, sample.payloadId);
  const isSameVersion = present.id === version.id && present.bodyRevision === version.bodyRevision;
  return isSameVersion && variablesJson === sample.variablesJson;
}
