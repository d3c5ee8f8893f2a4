// Many renders in one request: an application that needs several prompts for one call to a model asks once.

import { setImmediate as letOthersRun } from 'node:timers/promises';
import { serialize } from 'node:v8';
import { type AccessProjection, hintOfKeyRefusal, limitsOf, type Principal } from '@px0/access';
import { errorCatalog, type Hint, hintText, type ReplyOf, type routes } from '@px0/contracts';
import { HeavyRefusal } from '@px0/heavy-renders';
import { ApiError } from '@px0/service-kit';
import type { VersionBodies } from '../bodies/mod.ts';
import { type BatchItem, type HeavyRenders, isFailedRender, MAX_RENDERS } from '../heavy/mod.ts';
import type { RenderMetrics } from '../metrics.ts';
import type { PromptDirectory, RenderableVersion } from '../prompts/mod.ts';
import {
  didYouMean,
  execute,
  fetchVersion,
  HEAVY,
  jsonBytes,
  learnSchema,
  locate,
  NEEDS_SCHEMA,
  Refusal,
  ToFetch,
  violatedBy,
  type Wanted,
  Warned,
} from '../rendering/mod.ts';
import { failureReason, TOOK_TOO_LONG, type UsageAggregator } from '../usage/mod.ts';

/** An item as it was parsed: here, or in a thread, which leaves its variables serialised. */
export type Item = BatchItem | (Omit<BatchItem, 'variables'> & { readonly serialized: Uint8Array });
type Result = ReplyOf<typeof routes.renderBatch>['results'][number];

export interface BatchDependencies {
  readonly access: AccessProjection;
  readonly directory: PromptDirectory;
  readonly bodies: VersionBodies;
  readonly heavy: HeavyRenders;
  readonly usage: UsageAggregator;
  readonly metrics: Pick<RenderMetrics, 'countContract'>;
}

/** The results in JSON, each in pieces, in the order of the items. */
export type RenderBatch = (
  caller: BatchCaller,
  renders: readonly Item[] | undefined,
  signal: AbortSignal,
) => Promise<Uint8Array[][]>;

/** Who asks, and the name of the service if it gave one. */
export interface BatchCaller {
  readonly principal: Principal;
  readonly service: string | undefined;
}

/** An item's JSON before its rendered text. */
const ITEM_HEAD = '{"status":200,"rendered":';

/**
 * Makes the renders in their order; one that fails does not touch the others. Between two of them the process serves other requests. Heavy
 * ones wait in the pool, one at a time of each organization, while the others go on.
 *
 * @throws ApiError rendersRequired, tooManyRenders
 */
export function createRenderBatch(on: BatchDependencies): RenderBatch {
  return async (caller, renders, signal) => {
    if (renders === undefined) throw new ApiError('rendersRequired');
    if (renders.length > MAX_RENDERS) throw new ApiError('tooManyRenders');
    const batch = new BatchRun(on, caller, signal);
    for (const item of renders) {
      await batch.add(item);
      await letOthersRun();
    }
    return batch.results();
  };
}

class BatchRun {
  readonly #on: BatchDependencies;
  readonly #principal: Principal;
  readonly #service: string | undefined;
  readonly #signal: AbortSignal;
  readonly #results: (Uint8Array[] | Promise<Uint8Array[]>)[] = [];
  /** By organization, the last of its heavy renders. */
  readonly #heavy = new Map<string, Promise<Uint8Array[]>>();

  constructor(on: BatchDependencies, { principal, service }: BatchCaller, signal: AbortSignal) {
    this.#on = on;
    this.#principal = principal;
    this.#service = service;
    this.#signal = signal;
  }

  results(): Promise<Uint8Array[][]> {
    return Promise.all(this.#results);
  }

  async add(item: Item): Promise<void> {
    const started = performance.now();
    const version = await this.#versionOf(item);
    if (version instanceof Refusal) {
      this.#results.push(json(failure(version, this.#hintOf(item, version))));
      return;
    }
    let result = this.#render(version, item, started);
    while (result === NEEDS_SCHEMA) {
      await this.#learn(version);
      result = this.#render(version, item, started);
    }
    this.#results.push(result);
  }

  async #versionOf(item: Item): Promise<RenderableVersion | Refusal> {
    const { directory, bodies } = this.#on;
    const wanted = this.#wanted(item);
    if (wanted instanceof Refusal) return wanted;
    const located = locate(directory, bodies, wanted);
    return located instanceof ToFetch ? fetchVersion(bodies, located) : located;
  }

  #wanted({ slug, version, team_id: teamId }: Item): Wanted | Refusal {
    const { access } = this.#on;
    if (slug === undefined)
      return new Refusal('invalidRequestBody', undefined, undefined, { field: ['slug'], must: ['string'] });
    if (teamId !== undefined && !access.reads(this.#principal, teamId)) return new Refusal('forbidden');
    const teamIds = teamId === undefined ? access.readableTeams(this.#principal) : [teamId];
    return { slug, version, teamIds, limits: limitsOf(this.#principal) };
  }

  /** What may help a caller who has found no version. */
  #hintOf(item: Item, { code, hint }: Refusal): Hint | undefined {
    if (hint !== undefined) return hint;
    const { access, directory } = this.#on;
    const wanted = code === 'promptNotFound' ? this.#wanted(item) : undefined;
    const meant =
      wanted === undefined || wanted instanceof Refusal
        ? undefined
        : didYouMean(directory, wanted, access.readableTeams(this.#principal));
    const operation = item.version === undefined ? 'renderLive' : 'renderVersion';
    return meant ?? hintOfKeyRefusal(this.#principal, code, operation);
  }

  #render(
    version: RenderableVersion,
    item: Item,
    started: number,
  ): Uint8Array[] | Promise<Uint8Array[]> | typeof NEEDS_SCHEMA {
    const { bodies, heavy } = this.#on;
    const rendered =
      'serialized' in item ? HEAVY : execute(bodies, version, item, heavy.mainThreadMeter(version));
    if (rendered === HEAVY) return this.#inTurn(version, item, started);
    if (rendered === NEEDS_SCHEMA) return rendered;
    this.#count(version, started, rendered);
    if (rendered instanceof Refusal) return json(failure(rendered));
    if (!(rendered instanceof Warned)) return jsonBytes(ITEM_HEAD, rendered, version.tail);
    return jsonBytes(ITEM_HEAD, rendered.rendered, `,"contract":${rendered.contract}${version.tail}`);
  }

  #learn(version: RenderableVersion): Promise<void> {
    return learnSchema(this.#on.directory, this.#on.bodies, version);
  }

  /** A batch takes one place of the pool's queue for each organization, not one for each item. */
  #inTurn(version: RenderableVersion, item: Item, started: number): Promise<Uint8Array[]> {
    const organization = this.#on.heavy.organizationOf(version);
    const before = this.#heavy.get(organization) ?? Promise.resolve();
    const run = () => this.#renderElsewhere(version, item, started);
    const after = before.then(run, run);
    // What goes wrong is told by `results`, which may begin to listen later.
    after.catch(() => undefined);
    this.#heavy.set(organization, after);
    return after;
  }

  async #renderElsewhere(version: RenderableVersion, item: Item, started: number): Promise<Uint8Array[]> {
    const variables = 'serialized' in item ? item.serialized : serialize(item.variables ?? {});
    const input = { variables, options: item.options };
    const options = { head: ITEM_HEAD, signal: this.#signal, isBatch: true };
    try {
      const outcome = await this.#on.heavy.render(version, input, options);
      if (outcome === NEEDS_SCHEMA) {
        await this.#learn(version);
        return this.#renderElsewhere(version, item, started);
      }
      this.#count(version, started, outcome);
      if (outcome instanceof Refusal) return json(failure(outcome));
      return [outcome instanceof Warned ? outcome.rendered : outcome];
    } catch (error) {
      if (!(error instanceof HeavyRefusal)) throw error;
      if (isFailedRender(error)) this.#countRender(version, started, TOOK_TOO_LONG);
      return json({ status: error.status, error: error.publicMessage });
    }
  }

  #count(version: RenderableVersion, started: number, outcome: unknown): void {
    this.#countRender(version, started, outcome instanceof Refusal ? failureReason(outcome) : undefined);
    const violated = violatedBy(outcome);
    if (violated !== undefined) this.#on.metrics.countContract(version.prompt.id, violated.outcome);
  }

  #countRender(version: RenderableVersion, started: number, failure: string | undefined): void {
    const keyId = this.#principal.kind === 'api-key' ? this.#principal.keyId : undefined;
    const milliseconds = performance.now() - started;
    this.#on.usage.count(version.usage, { keyId, milliseconds, failure, service: this.#service });
  }
}

function failure({ code, detail, contract, hint: own }: Refusal, hint: Hint | undefined = own): Result {
  const { status, message } = errorCatalog[code];
  const error = detail === undefined ? message : `${message}: ${detail}`;
  const text = hint === undefined ? undefined : hintText(hint);
  return {
    status,
    error,
    ...(contract !== undefined && { contract: JSON.parse(contract) }),
    ...(text !== undefined && { hint: text }),
  };
}

function json(result: Result): Uint8Array[] {
  return [Buffer.from(JSON.stringify(result))];
}
