/** Renders that are too much for the main thread: whose they are, and their way through the pool. */
import type { AccessProjection } from '@px0/access';
import { HeavyPool, HeavyRefusal, MainThreadMeter } from '@px0/heavy-renders';
import { ApiError, type Logger } from '@px0/service-kit';
import type { Meter } from '@px0/template';
import type { RenderableVersion } from '../prompts/mod.ts';
import { NEEDS_SCHEMA, Refusal, Warned } from '../rendering/mod.ts';
import { Preparation } from './preparation.ts';
import type { ParsedBatch, ParsedReports, RenderInput, tasks } from './tasks.ts';

export interface HeavyRendersOptions {
  readonly access: Pick<AccessProjection, 'team'>;
  readonly threads: number;
  readonly logger: Logger;
}

/** A batch waits for its turns with the patience that the gateway has for it. */
const BATCH_WAIT_MS = 40_000;

export class HeavyRenders {
  readonly pool: HeavyPool<typeof tasks>;
  readonly #access: Pick<AccessProjection, 'team'>;
  readonly #mainThread = new MainThreadMeter();
  readonly #preparation: Preparation;

  constructor({ access, threads, logger }: HeavyRendersOptions) {
    this.#access = access;
    this.#preparation = new Preparation(logger);
    this.pool = new HeavyPool({ tasks: new URL('./tasks.ts', import.meta.url), threads, logger });
  }

  /** The meter of a render of this version that begins now on the main thread. */
  mainThreadMeter(version: RenderableVersion): Meter {
    return this.#mainThread.begin(!this.pool.isIdle && this.pool.isBusy(this.organizationOf(version)));
  }

  /** The organization of the prompt; one whose team is not known yet counts for itself. */
  organizationOf(version: RenderableVersion): string {
    const { teamId } = version.prompt;
    return this.#access.team(teamId)?.orgId ?? teamId;
  }

  /**
   * Renders in a thread: the answer's JSON in UTF-8, with `head` before what was rendered, or why there is none; an item of a batch says itself
   * what its variables violate. @throws HeavyRefusal
   */
  async render(
    version: RenderableVersion,
    input: RenderInput,
    { head, signal, isBatch = false }: { head: string; signal: AbortSignal; isBatch?: boolean },
  ): Promise<Uint8Array | Warned<Uint8Array> | Refusal | typeof NEEDS_SCHEMA> {
    const { template, outline, sources, tail, schema } = version;
    const bytes = 'body' in input ? input.body : input.variables;
    const outcome = await this.pool.run(
      this.organizationOf(version),
      'render',
      {
        program: { template, outline, sources },
        input,
        contract: { policy: version.prompt.contract, schema, lacksSchema: version.lacksSchema },
        head,
        tail,
        isItem: isBatch,
      },
      {
        signal,
        bytes: bytes.byteLength + version.contentBytes,
        ...(isBatch ? { waitMs: BATCH_WAIT_MS } : {}),
      },
    );
    if ('needsSchema' in outcome) return NEEDS_SCHEMA;
    this.#preparation.add(version);
    if ('refusal' in outcome) {
      const { refusal, detail, contract, hint } = outcome;
      return new Refusal(refusal, detail, contract, hint);
    }
    return outcome.contract === undefined ? outcome.answer : new Warned(outcome.answer, outcome.contract);
  }

  /** Parses a batch that is too large for the main thread. @throws HeavyRefusal, ApiError invalidRequestBody, tooManyRenders */
  async parseBatch(
    organization: string,
    body: Uint8Array,
    signal: AbortSignal,
  ): Promise<Exclude<ParsedBatch, { refusal: string }>> {
    const parsed = await this.pool.run(
      organization,
      'parseBatch',
      { body },
      { signal, bytes: body.byteLength },
    );
    if ('refusal' in parsed) throw new ApiError(parsed.refusal, { hint: parsed.hint });
    return parsed;
  }

  /**
   * Parses usage reports that are too large for the main thread; each is left serialised.
   *
   * @throws HeavyRefusal, ApiError invalidRequestBody, tooManyReports
   */
  async parseReports(
    organization: string,
    body: Uint8Array,
    signal: AbortSignal,
  ): Promise<Exclude<ParsedReports, { refusal: string }>['reports']> {
    const bytes = body.byteLength;
    const parsed = await this.pool.run(organization, 'parseReports', { body }, { signal, bytes });
    if ('refusal' in parsed) throw new ApiError(parsed.refusal, { hint: parsed.hint });
    return parsed.reports;
  }
}

/** Whether the render was run and failed, so that it counts as one. */
export function isFailedRender(error: unknown): boolean {
  return error instanceof HeavyRefusal && error.reason === 'tookTooLong';
}
