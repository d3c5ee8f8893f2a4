// The path of a render through this process: a bare request handler in front of the router. When the version is in memory nothing is
// awaited and no promise is made: parse the path, look the caller up, read the body, run the template, write the answer.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Span, SpanStatusCode } from '@opentelemetry/api';
import { type AccessProjection, authorizeClass, hintOfRefusal, limitsOf, type Principal } from '@px0/access';
import { BadBody, bodyOrHint, type ErrorCode, type Hint, parseUuid, routes } from '@px0/contracts';
import { HeavyRefusal, isLightJson } from '@px0/heavy-renders';
import {
  ApiError,
  BODY_LIMIT_BYTES,
  givenRequestId,
  jsonText,
  type Logger,
  queryValueOf,
  readBody,
  refuseDeclaredOversize,
  replyOfError,
  requestIdOf,
  requireJsonText,
  sendReply,
} from '@px0/service-kit';
import type { VersionBodies } from '../bodies/mod.ts';
import { type HeavyRenders, isFailedRender } from '../heavy/mod.ts';
import type { RenderMetrics } from '../metrics.ts';
import type { PromptDirectory, RenderableVersion } from '../prompts/mod.ts';
import {
  didYouMean,
  errorOf,
  execute,
  fetchVersion,
  HEAVY,
  learnSchema,
  locate,
  NEEDS_SCHEMA,
  Refusal,
  type Rendered,
  ToFetch,
  violatedBy,
  type Wanted,
  Warned,
  withMisplaced,
} from '../rendering/mod.ts';
import { Freshness, type Revisions } from '../revisions/mod.ts';
import { failureReason, serviceOf, TOOK_TOO_LONG, type UsageAggregator } from '../usage/mod.ts';
import { sayProcessing } from './processing.ts';
import { measureRefused, measureRendered } from './render-durations.ts';
import { startRenderSpan } from './render-span.ts';
import { parseRenderTarget, type RenderTarget } from './render-target.ts';
import { ANSWER_HEAD, CONTRACT_HEADER, sendRendered } from './replies.ts';

export interface HotPathDependencies {
  readonly access: AccessProjection;
  readonly directory: PromptDirectory;
  readonly bodies: VersionBodies;
  readonly heavy: HeavyRenders;
  readonly revisions: Revisions;
  readonly usage: UsageAggregator;
  readonly metrics: Pick<RenderMetrics, 'countContract'>;
  readonly logger: Logger;
}

/** Answers the request if it is a render of one prompt; false leaves it to the router. */
export type HotPath = (req: IncomingMessage, res: ServerResponse) => boolean;

export function createHotPath(on: HotPathDependencies): HotPath {
  return (req, res) => {
    if (req.method !== 'POST') return false;
    const target = parseRenderTarget(req.url ?? '');
    if (target === undefined) return false;
    new RenderExchange(on, req, res, target).begin();
    return true;
  };
}

const INVALID_ID = new Refusal('invalidId');
const FORBIDDEN = new Refusal('forbidden');

/**
 * One render on its way: each step calls the next when it is done, so that only a step which really waits costs a promise. The order of
 * the steps is the contract's order of refusals: the caller, the body's size, the prompt, the version, the body, its run.
 */
class RenderExchange {
  readonly #on: HotPathDependencies;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #target: RenderTarget;
  readonly #operation: 'renderLive' | 'renderVersion';
  readonly #span: Span | undefined;
  readonly #arrived = performance.now();
  #fresh: Freshness | undefined;
  #bytes: Buffer | ApiError | undefined;
  #started = 0;

  constructor(on: HotPathDependencies, req: IncomingMessage, res: ServerResponse, target: RenderTarget) {
    this.#on = on;
    this.#req = req;
    this.#res = res;
    this.#target = target;
    this.#operation = target.version === undefined ? 'renderLive' : 'renderVersion';
    this.#span = startRenderSpan(req, routes[this.#operation].path);
  }

  begin(): void {
    try {
      const freshness = Freshness.of(this.#on.revisions, this.#req.headers);
      if (freshness instanceof Freshness) this.#identify(freshness);
      else this.#when(freshness, (fresh) => this.#identify(fresh));
    } catch (error) {
      this.#fail(error);
    }
  }

  #identify(fresh: Freshness): void {
    this.#fresh = fresh;
    const identified = this.#authenticate();
    if (identified instanceof Refusal) {
      this.#when(
        fresh.decideAgain(() => this.#authenticate()),
        (principal) => this.#awaitRights(fresh, principal),
      );
    } else this.#awaitRights(fresh, identified);
  }

  #awaitRights(fresh: Freshness, principal: Principal): void {
    const { access } = this.#on;
    if (!access.awaitsPlacement(principal)) this.#readBody(principal);
    else {
      this.#when(
        fresh.untilRights(() => !access.awaitsPlacement(principal)),
        () => this.#readBody(principal),
      );
    }
  }

  #readBody(principal: Principal): void {
    if (principal.kind === 'api-key') this.#on.usage.note(principal.keyId, Date.now());
    const req = this.#req;
    refuseDeclaredOversize(req);
    if (req.headers['content-encoding'] !== undefined) {
      this.#when(bodyOrError(req), (bytes) => this.#find(principal, bytes));
      return;
    }
    let chunk: Buffer | undefined;
    let more: Buffer[] | undefined;
    let size = 0;
    req.on('data', (next: Buffer) => {
      size += next.length;
      if (size > BODY_LIMIT_BYTES) {
        req.removeAllListeners('data').removeAllListeners('end');
        this.#fail(new ApiError('requestBodyTooLarge'));
      } else if (chunk === undefined) chunk = next;
      else if (more === undefined) more = [chunk, next];
      else more.push(next);
    });
    req.on('end', () => {
      try {
        this.#find(principal, more === undefined ? (chunk ?? EMPTY) : Buffer.concat(more, size));
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  #find(principal: Principal, bytes: Buffer | ApiError): void {
    this.#started = performance.now();
    this.#bytes = bytes;
    const found = this.#locate(principal);
    if (found instanceof Refusal) {
      this.#when(this.#decideAgain(principal), (located) => this.#fetch(principal, located));
    } else this.#fetch(principal, found);
  }

  #decideAgain(principal: Principal): Promise<RenderableVersion | ToFetch> {
    if (this.#fresh === undefined) throw new Error('a prompt is looked up before its caller');
    return this.#fresh.decideAgain(() => this.#locate(principal));
  }

  #fetch(principal: Principal, located: RenderableVersion | ToFetch): void {
    if (located instanceof ToFetch) {
      this.#when(fetchVersion(this.#on.bodies, located), (version) => {
        if (version instanceof Refusal) throw errorOf(version);
        this.#render(principal, version);
      });
    } else this.#render(principal, located);
  }

  #render(principal: Principal, version: RenderableVersion): void {
    if (this.#bytes instanceof ApiError) throw this.#bytes;
    const bytes = this.#bytes ?? EMPTY;
    if (!isLightJson(bytes)) {
      this.#renderElsewhere(principal, version, bytes);
      return;
    }
    const request = bodyOrHint(routes.renderLive, jsonText(this.#req.headers['content-type'], bytes));
    if (request instanceof BadBody) throw new ApiError('invalidRequestBody', { hint: request.hint });
    const meter = this.#on.heavy.mainThreadMeter(version);
    const rendered = execute(this.#on.bodies, version, request, meter);
    if (rendered === HEAVY) this.#renderElsewhere(principal, version, bytes);
    else this.#answerOrLearn(principal, version, rendered);
  }

  #answerOrLearn(
    principal: Principal,
    version: RenderableVersion,
    outcome: Outcome | typeof NEEDS_SCHEMA,
  ): void {
    if (outcome !== NEEDS_SCHEMA) this.#answer(principal, version, outcome);
    else {
      const { directory, bodies } = this.#on;
      this.#when(learnSchema(directory, bodies, version), () => this.#render(principal, version));
    }
  }

  /** Runs the render anew in a worker thread. */
  #renderElsewhere(principal: Principal, version: RenderableVersion, body: Buffer): void {
    requireJsonText(this.#req.headers['content-type'], body);
    sayProcessing(this.#req, this.#res);
    const gone = new AbortController();
    if (this.#res.destroyed) gone.abort();
    else this.#res.once('close', () => gone.abort());
    const rendering = this.#on.heavy.render(version, { body }, { head: ANSWER_HEAD, signal: gone.signal });
    this.#when(
      rendering.catch((error: unknown) => {
        if (isFailedRender(error)) this.#count(principal, version, TOOK_TOO_LONG);
        throw error;
      }),
      (outcome) => this.#answerOrLearn(principal, version, outcome),
    );
  }

  #answer(principal: Principal, version: RenderableVersion, outcome: Outcome): void {
    const now = performance.now();
    const isRefusal = outcome instanceof Refusal;
    if (!isRefusal) this.#count(principal, version, undefined, now);
    else if (outcome.code !== 'invalidRequestBody')
      this.#count(principal, version, failureReason(outcome), now);
    const violated = violatedBy(outcome);
    if (violated !== undefined) this.#on.metrics.countContract(version.prompt.id, violated.outcome);
    if (isRefusal) {
      if (violated !== undefined) this.#res.setHeader(CONTRACT_HEADER, violated.contract);
      throw errorOf(
        outcome,
        withMisplaced(outcome, () => this.#sent()),
      );
    }
    const rendered = outcome instanceof Warned ? outcome.rendered : outcome;
    sendRendered(this.#res, version, rendered, {
      contract: violated?.contract,
      requestId: givenRequestId(this.#req),
      revision: this.#on.revisions.token(),
      stale: this.#fresh?.stale === true,
      milliseconds: now - this.#started,
    });
    measureRendered(this.#operation, (now - this.#arrived) / 1_000);
    this.#span
      ?.setAttributes({
        'px0.prompt.id': version.prompt.id,
        'px0.prompt.version': version.number,
        'px0.prompt.kind': version.kind,
        'http.response.status_code': 200,
      })
      .end();
  }

  /** The body with what no field is for; of a heavy one, the thread has looked at it. */
  #sent(): unknown {
    const bytes = this.#bytes;
    return Buffer.isBuffer(bytes) && isLightJson(bytes) ? JSON.parse(bytes.toString('utf8')) : undefined;
  }

  /** `failure`: why the render failed; undefined if it did not. */
  #count(
    principal: Principal,
    version: RenderableVersion,
    failure: string | undefined,
    now = performance.now(),
  ): void {
    const keyId = principal.kind === 'api-key' ? principal.keyId : undefined;
    const service = serviceOf(this.#req.headers);
    this.#on.usage.count(version.usage, { keyId, milliseconds: now - this.#started, failure, service });
  }

  #authenticate(): Principal | Refusal {
    const authorized = authorizeClass(
      'content',
      this.#on.access.authenticate(this.#req.headers.authorization),
    );
    return 'error' in authorized ? new Refusal(authorized.error) : authorized;
  }

  #locate(principal: Principal): RenderableVersion | ToFetch | Refusal {
    const wanted = this.#wanted(principal);
    return wanted instanceof Refusal ? wanted : locate(this.#on.directory, this.#on.bodies, wanted);
  }

  #wanted(principal: Principal): Wanted | Refusal {
    const { slug, version, query } = this.#target;
    const { access } = this.#on;
    const limits = limitsOf(principal);
    const named = query === '' ? '' : (queryValueOf(`?${query}`, 'team_id') ?? '');
    if (named === '') return { slug, version, teamIds: access.readableTeams(principal), limits };
    const teamId = parseUuid(named);
    if (teamId === undefined) return INVALID_ID;
    return access.reads(principal, teamId) ? { slug, version, teamIds: [teamId], limits } : FORBIDDEN;
  }

  /** Goes on when something waited for is there. */
  #when<T>(waiting: Promise<T>, then: (value: T) => void): void {
    waiting.then(then).catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    if (error instanceof HeavyRefusal && error.reason === 'abandoned') {
      this.#span?.end();
      return;
    }
    const requestId = requestIdOf(this.#req);
    const revision = this.#on.revisions.token();
    this.#res.setHeader('X-Request-Id', requestId);
    this.#res.setHeader('Cache-Control', 'no-store');
    if (revision !== undefined) this.#res.setHeader('Px0-Revision', revision);
    if (this.#fresh?.stale) this.#res.setHeader('Px0-Stale', 'true');
    const logger = this.#on.logger.child({ request_id: requestId });
    const reply = replyOfError(error, logger, (code) => this.#hintOf(code));
    sendReply(this.#req, this.#res, reply);
    measureRefused(this.#operation, reply.status, (performance.now() - this.#arrived) / 1_000);
    if (reply.status >= 500) this.#span?.setStatus({ code: SpanStatusCode.ERROR });
    this.#span?.setAttribute('http.response.status_code', reply.status).end();
  }

  /** What may help a caller who was refused. */
  #hintOf(code: ErrorCode): Hint | undefined {
    const meant = code === 'promptNotFound' ? this.#meant() : undefined;
    return meant ?? hintOfRefusal(this.#on.access, code, this.#operation, this.#req.headers.authorization);
  }

  #meant(): Hint | undefined {
    const { access, directory } = this.#on;
    const principal = this.#authenticate();
    if (principal instanceof Refusal) return undefined;
    const wanted = this.#wanted(principal);
    return wanted instanceof Refusal
      ? undefined
      : didYouMean(directory, wanted, access.readableTeams(principal));
  }
}

/** What a render comes to, here or in a worker thread. */
type Outcome = Rendered | Uint8Array | Warned<Rendered | Uint8Array> | Refusal;

const EMPTY = Buffer.alloc(0);

/** The bytes of an encoded body, or the error of a broken one: what is wrong with the prompt is said first. */
async function bodyOrError(req: IncomingMessage): Promise<Buffer | ApiError> {
  try {
    return await readBody(req);
  } catch (error) {
    if (error instanceof ApiError && error.code === 'invalidRequestBody') return error;
    throw error;
  }
}
