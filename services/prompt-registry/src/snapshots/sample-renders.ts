/** Renders one payload with one version, in a worker thread: an output may have millions of characters. */
import type { PromptId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { programOf } from '../changes/mod.ts';
import { requireSample, type SavedSample } from '../checks/mod.ts';
import { type HeavyWork, LONG_WAIT_MS, sayingInstead } from '../heavy/mod.ts';
import type { PromptRow } from '../prompts/mod.ts';
import {
  type InputSchemas,
  parseVersionRef,
  requireSchema,
  requireVersion,
  type VersionRow,
} from '../versions/mod.ts';
import type { SampleOutcome } from './render-sample.ts';

export interface SampleRendersDependencies {
  readonly reader: Reader;
  readonly schemas: InputSchemas;
  readonly heavy: HeavyWork;
  readonly timeBudgetMs: number;
}

export interface RenderedSample {
  readonly version: VersionRow;
  readonly sample: SavedSample;
  readonly outcome: SampleOutcome;
}

export class SampleRenders {
  readonly #deps: SampleRendersDependencies;

  constructor(deps: SampleRendersDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError payloadNotFound, versionNotFound, tooManyHeavyRenders, serviceUnavailable */
  async run(
    { id, teamId, contract }: Pick<PromptRow, 'id' | 'teamId' | 'contract'>,
    payloadId: string,
    ref: string,
    signal: AbortSignal,
    accepted?: string,
  ): Promise<RenderedSample> {
    const { reader, heavy, timeBudgetMs } = this.#deps;
    const sample = await requireSample(reader, id, payloadId);
    const { version, schema } = await this.#version(id, ref, signal);
    const order = {
      version: programOf(version, schema),
      isEnforced: contract === 'enforce',
      sample,
      timeBudgetMs,
      accepted,
    };
    const outcome = await heavy.pool
      .run(heavy.organizationOf(teamId), 'renderSample', order, {
        signal,
        bytes: version.template.length + (sample.variablesJson?.length ?? 0) + (accepted?.length ?? 0),
        waitMs: LONG_WAIT_MS,
      })
      .catch(sayingInstead('payloadFails', 'template execution failed: render took too long'));
    return { version, sample, outcome };
  }

  #version(promptId: PromptId, ref: string, signal: AbortSignal) {
    const { reader, schemas } = this.#deps;
    return schemas.knowing(promptId, ref, signal, async () => {
      const version = await requireVersion(reader, promptId, parseVersionRef(ref));
      return { version, schema: requireSchema(version) };
    });
  }
}
