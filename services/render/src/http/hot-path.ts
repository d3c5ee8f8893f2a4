// The path of a render through this process: a bare request handler in front of the router. When the version is in memory the body is the
// only thing awaited: parse the path, look the caller up, run the template, write the answer.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AccessProjection, authorizeClass, type Principal } from '@px0/access';
import { parseBodyText, parseUuid, routes } from '@px0/contracts';
import { ApiError, jsonText, type Logger, queryOf, readBody, replyOfError, requestIdOf, sendReply } from '@px0/service-kit';
import type { VersionBodies } from '../bodies/mod.ts';
import type { PromptDirectory, RenderableVersion } from '../prompts/mod.ts';
import { execute, fetchVersion, locate, Refusal, ToFetch, type Wanted } from '../rendering/mod.ts';
import { errorOf, Freshness } from '../revisions/mod.ts';
import type { Revisions } from '../revisions/mod.ts';
import type { UsageAggregator } from '../usage/mod.ts';
import { parseRenderTarget, type RenderTarget } from './render-target.ts';
import { sendRendered } from './replies.ts';

export interface HotPathDependencies {
  readonly access: AccessProjection;
  readonly directory: PromptDirectory;
  readonly bodies: VersionBodies;
  readonly revisions: Revisions;
  readonly usage: UsageAggregator;
  readonly logger: Logger;
}

/** Answers the request if it is a render of one prompt; false leaves it to the router. */
export type HotPath = (req: IncomingMessage, res: ServerResponse) => boolean;

export function createHotPath(on: HotPathDependencies): HotPath {
  return (req, res) => {
    if (req.method !== 'POST') return false;
    const target = parseRenderTarget(req.url ?? '');
    if (target === undefined) return false;
    void answer(on, req, res, target);
    return true;
  };
}

async function answer(on: HotPathDependencies, req: IncomingMessage, res: ServerResponse, target: RenderTarget): Promise<void> {
  const requestId = requestIdOf(req);
  let fresh: Freshness | undefined;
  try {
    const freshness = Freshness.of(on.revisions, req.headers);
    fresh = freshness instanceof Promise ? await freshness : freshness;
    const { version, rendered, milliseconds } = await renderOne(on, req, target, fresh);
    sendRendered(res, version, rendered, { requestId, revision: on.revisions.token(), stale: fresh.stale, milliseconds });
  } catch (error) {
    const revision = on.revisions.token();
    res.setHeader('X-Request-Id', requestId);
    if (revision !== undefined) res.setHeader('Px0-Revision', revision);
    if (fresh?.stale) res.setHeader('Px0-Stale', 'true');
    sendReply(req, res, replyOfError(error, on.logger.child({ request_id: requestId })));
  }
}

interface Rendered {
  readonly version: RenderableVersion;
  readonly rendered: string;
  readonly milliseconds: number;
}

/** @throws ApiError what the contract refuses, in its order: the caller, the body's size, the prompt, the version, the body, its run */
async function renderOne(
  on: HotPathDependencies,
  req: IncomingMessage,
  target: RenderTarget,
  fresh: Freshness,
): Promise<Rendered> {
  const identified = authenticate(on, req);
  const principal = identified instanceof Refusal ? await fresh.decideAgain(() => authenticate(on, req)) : identified;
  const keyId = principal.kind === 'api-key' ? principal.keyId : undefined;
  if (keyId !== undefined) on.usage.keySeen(keyId, Date.now());

  const bytes = await bodyOrError(req);
  const started = performance.now();
  const find = () => {
    const wanted = wantedOf(on, principal, target);
    return wanted instanceof Refusal ? wanted : locate(on.directory, on.bodies, wanted);
  };
  const found = find();
  const located = found instanceof Refusal ? await fresh.decideAgain(find) : found;
  const version = located instanceof ToFetch ? await fetchVersion(on.bodies, located) : located;
  if (version instanceof Refusal) throw errorOf(version);
  if (bytes instanceof ApiError) throw bytes;
  const request = parseBodyText(routes.renderLive, jsonText(req.headers['content-type'], bytes));
  if (request === undefined) throw new ApiError('invalidRequestBody');

  const rendered = execute(version, request);
  const milliseconds = performance.now() - started;
  on.usage.count(version, keyId, milliseconds, rendered instanceof Refusal);
  if (rendered instanceof Refusal) throw errorOf(rendered);
  return { version, rendered, milliseconds };
}

function authenticate(on: HotPathDependencies, req: IncomingMessage): Principal | Refusal {
  const authorized = authorizeClass('content', on.access.authenticate(req.headers.authorization));
  return 'error' in authorized ? new Refusal(authorized.error) : authorized;
}

/** The body's bytes, or the error of a broken one: what is wrong with the prompt is said first. */
async function bodyOrError(req: IncomingMessage): Promise<Buffer | ApiError> {
  try {
    return await readBody(req);
  } catch (error) {
    if (error instanceof ApiError && error.code === 'invalidRequestBody') return error;
    throw error;
  }
}

const INVALID_ID = new Refusal('invalidId');
const FORBIDDEN = new Refusal('forbidden');

function wantedOf(on: HotPathDependencies, principal: Principal, target: RenderTarget): Wanted | Refusal {
  const { slug, version } = target;
  const named = target.query === '' ? '' : (queryOf(`?${target.query}`)['team_id'] ?? '');
  if (named === '') return { slug, version, teamIds: on.access.readableTeams(principal) };
  const teamId = parseUuid(named);
  if (teamId === undefined) return INVALID_ID;
  return on.access.reads(principal, teamId) ? { slug, version, teamIds: [teamId] } : FORBIDDEN;
}
