// Many renders in one request: an application that needs several prompts for one call to a model asks once.

import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { AccessProjection, Principal } from '@px0/access';
import { type BodyOf, errorCatalog, type ReplyOf, type routes } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import type { VersionBodies } from '../bodies/mod.ts';
import type { PromptDirectory } from '../prompts/mod.ts';
import { execute, fetchVersion, locate, Refusal, ToFetch } from '../rendering/mod.ts';
import type { UsageAggregator } from '../usage/mod.ts';

type Batch = BodyOf<typeof routes.renderBatch>;
type Item = NonNullable<Batch['renders']>[number];
type Result = ReplyOf<typeof routes.renderBatch>['results'][number];

export interface BatchDependencies {
  readonly access: AccessProjection;
  readonly directory: PromptDirectory;
  readonly bodies: VersionBodies;
  readonly usage: UsageAggregator;
}

export type RenderBatch = (principal: Principal, batch: Batch) => Promise<Result[]>;

/** Enough for every prompt of one agent's step; an answer stays of a size that a client likes to wait for. */
const MAX_RENDERS = 100;

/**
 * Makes the renders in their order; one that fails does not touch the others. Between two of them the process serves other requests.
 *
 * @throws ApiError rendersRequired, tooManyRenders
 */
export function createRenderBatch(on: BatchDependencies): RenderBatch {
  return async (principal, { renders }) => {
    if (renders === undefined) throw new ApiError('rendersRequired');
    if (renders.length > MAX_RENDERS) throw new ApiError('tooManyRenders');
    const results: Result[] = [];
    for (const item of renders) {
      results.push(await renderItem(on, principal, item));
      await letOthersRun();
    }
    return results;
  };
}

async function renderItem(on: BatchDependencies, principal: Principal, item: Item): Promise<Result> {
  const started = performance.now();
  if (item.slug === undefined) return failure(new Refusal('invalidRequestBody'));
  const { team_id: teamId } = item;
  if (teamId !== undefined && !on.access.reads(principal, teamId)) return failure(new Refusal('forbidden'));
  const located = locate(on.directory, on.bodies, {
    slug: item.slug,
    version: item.version,
    teamIds: teamId === undefined ? on.access.readableTeams(principal) : [teamId],
  });
  const version = located instanceof ToFetch ? await fetchVersion(on.bodies, located) : located;
  if (version instanceof Refusal) return failure(version);
  const rendered = execute(version, item);
  const failed = rendered instanceof Refusal;
  on.usage.count(
    version.usage,
    principal.kind === 'api-key' ? principal.keyId : undefined,
    performance.now() - started,
    failed,
  );
  if (failed) return failure(rendered);
  return { status: 200, rendered, version: version.number, slug: version.prompt.slug, tags: version.tags() };
}

function failure({ code, detail }: Refusal): Result {
  const { status, message } = errorCatalog[code];
  return { status, error: detail === undefined ? message : `${message}: ${detail}` };
}
