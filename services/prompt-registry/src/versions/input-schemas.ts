/**
 * What versions need of their variables, for those where that was not inferred when they were saved. Nothing is locked meanwhile: a text
 * that takes long is read by a worker thread.
 * See docs/decisions/191-input-contracts.md.
 */
import { setImmediate } from 'node:timers/promises';
import type { PromptId } from '@px0/contracts';
import type { BackgroundOptions, Progress, Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import { type Changes, inputSchemaText, type SchemaColumns, systemActor } from '../changes/mod.ts';
import type { ContentCheck } from './content-check.ts';
import { type Inferred, listUninferred, storeInferred, type Uninferred } from './schema-store.ts';
import { findVersion, liveVersion } from './store.ts';
import { UnknownSchema } from './unknown-schema.ts';
import { parseVersionRef } from './version-ref.ts';

export interface InputSchemasDependencies {
  readonly reader: Reader;
  readonly changes: Changes;
  readonly contents: Pick<ContentCheck, 'judge'>;
}

/** Of what does not compile, which was written by other means than this service: nothing is known. */
const ANYTHING = JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' });

/** Versions in a step, which is one transaction. */
const STEP_SIZE = 200;
/** During a rolling deployment, processes of the release before go on saving versions without it. */
const PAUSE_MS = 30_000;
/** A version that changes each time is one that processes of the release before are writing. */
const ATTEMPTS = 3;

export class InputSchemas {
  readonly #deps: InputSchemasDependencies;

  constructor(deps: InputSchemasDependencies) {
    this.#deps = deps;
  }

  /** The schema of a version that is shown, as JSON text; undefined while there is no room to infer it. */
  async shown(version: Uninferred & SchemaColumns): Promise<string | undefined> {
    const known = inputSchemaText(version);
    if (known !== undefined) return known;
    try {
      return (await this.#infer(version, new AbortController().signal)).schema;
    } catch (error) {
      if (error instanceof ApiError) return undefined;
      throw error;
    }
  }

  /**
   * Does work that may need the schemas of this version and of the live one. If it finds one unknown, that is inferred, and the work begins anew.
   *
   * @throws what `work` throws, and ApiError tooManyHeavyRenders, serviceUnavailable
   */
  async knowing<T>(
    promptId: PromptId,
    ref: string,
    signal: AbortSignal | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof UnknownSchema)) throw error;
        const { reader } = this.#deps;
        const versions = [
          await findVersion(reader, promptId, parseVersionRef(ref)),
          await liveVersion(reader, promptId),
        ];
        await this.#fill(
          versions.filter((version) => version !== undefined).filter(isUninferred),
          signal ?? new AbortController().signal,
        );
      }
    }
    throw new ApiError('serviceUnavailable', { message: 'the version changed during each attempt' });
  }

  /** The loop that infers what is missing. */
  background(): Omit<BackgroundOptions, 'logger'> {
    return {
      name: 'input schemas',
      step: (stopping) => this.#step(stopping),
      pauseMs: PAUSE_MS,
      jitter: 0.2,
    };
  }

  async #step(stopping: AbortSignal): Promise<Progress> {
    const versions = await listUninferred(this.#deps.reader, STEP_SIZE);
    if (versions.length === 0) return 'none';
    await this.#fill(versions, stopping);
    return 'more';
  }

  async #fill(versions: readonly Uninferred[], signal: AbortSignal): Promise<void> {
    const inferred: Inferred[] = [];
    for (const version of versions) {
      inferred.push(await this.#infer(version, signal));
      await setImmediate();
    }
    if (inferred.length === 0) return;
    await this.#deps.changes.make(systemActor, (change) => storeInferred(change, inferred), 'relay');
  }

  /** @throws ApiError tooManyHeavyRenders, serviceUnavailable */
  async #infer(
    { id, promptId, bodyRevision, template, messages }: Uninferred,
    signal: AbortSignal,
  ): Promise<Inferred> {
    const text = messages === null ? { template } : { messages };
    const judgement = await this.#deps.contents.judge(promptId, text, signal);
    const schema = judgement.outcome === 'valid' ? JSON.stringify(judgement.inputSchema) : ANYTHING;
    return { id, promptId, bodyRevision, schema };
  }
}

function isUninferred({ inferredSchema }: SchemaColumns): boolean {
  return inferredSchema === null;
}
