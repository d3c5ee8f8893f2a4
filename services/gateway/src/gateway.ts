/**
 * The gateway's request handler. It decides who answers (a page of its own, a refusal, an upstream), and adds what only the edge
 * knows: the request's id, the client's address, limits, CORS, and the revision that the client must see. It does not decide
 * authorisation: every service does that for itself.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { trace } from '@opentelemetry/api';
import { type ErrorCode, errorCatalog, routes } from '@px0/contracts';
import { GATEWAY_TOKEN } from '@px0/event-bus';
import { type Logger, noteRoute, pathOf, requestIdOf } from '@px0/service-kit';
import type { ClientAddressOf } from './edge/client-address.ts';
import type { Cors } from './edge/cors.ts';
import type { Limits, LimitVerdict } from './limits/limits.ts';
import type { Metrics } from './metrics.ts';
import { Exchange, type Outbound } from './proxy/exchange.ts';
import { BodyTooLargeError, GATHER_BYTES, gatherBody, streamBody } from './proxy/request-body.ts';
import { type RequestFacts, readRequestHeaders } from './proxy/request-headers.ts';
import type { HighestRevision } from './revision/highest-revision.ts';
import { type ForwardTarget, targetOf, type UpstreamName } from './routing.ts';
import type { StreamRoom } from './streams/stream-room.ts';
import { isCausedBy, isInvalidRequest, TooManyStreamsError, UpstreamOutError } from './upstreams/failures.ts';
import type { Upstream } from './upstreams/upstream.ts';

export interface GatewayDependencies {
  readonly upstreams: Readonly<Record<UpstreamName, Upstream>>;
  readonly streams: StreamRoom;
  /** Of snapshots, which may be read slowly. */
  readonly snapshots: StreamRoom;
  readonly revision: HighestRevision;
  readonly limits: Limits;
  readonly cors: Cors;
  readonly clientAddress: ClientAddressOf;
  /** Headers of every answer of the API, names and values in turn. */
  readonly securityHeaders: readonly string[];
  /** Everything outside `/v1`. */
  readonly pages: RequestListener;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** What is known of one request before it is decided. */
interface Visit {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly facts: RequestFacts;
  readonly requestId: string;
  readonly address: string;
}

const JSON_TYPE = ['content-type', 'application/json; charset=utf-8', 'cache-control', 'no-store'];
const HEALTHY = '{"status":"OK"}';

export class Gateway {
  readonly #deps: GatewayDependencies;

  constructor(deps: GatewayDependencies) {
    this.#deps = deps;
  }

  /** The listener for `node:http`. */
  readonly handle = (req: IncomingMessage, res: ServerResponse): void => {
    const path = pathOf(req.url ?? '/');
    if (!isApiPath(path)) {
      this.#deps.pages(req, res);
      return;
    }
    const facts = readRequestHeaders(req.rawHeaders);
    const address = this.#deps.clientAddress(req.socket.remoteAddress ?? '', facts.forwardedFor);
    const visit: Visit = { req, res, facts, requestId: requestIdOf(req), address };
    if (req.method === 'OPTIONS' && facts.origin !== undefined) {
      this.#answerPreflight(visit, facts.origin);
      return;
    }
    const target = targetOf(req.method ?? 'GET', path);
    switch (target.kind) {
      case 'forward':
        if (target.route !== undefined) noteRoute(req, res, target.route);
        this.#limit(visit, target);
        return;
      case 'health':
        noteRoute(req, res, routes.healthCheck.path);
        this.#write(visit, 200, [], HEALTHY);
        return;
      case 'method-not-allowed':
        this.#refuse(visit, 'methodNotAllowed', ['allow', target.allow]);
        return;
      case 'not-found':
        this.#refuse(visit, 'notFound');
    }
  };

  #limit(visit: Visit, target: ForwardTarget): void {
    const verdict = this.#deps.limits.take(target.cost, visit.facts.authorization, visit.address);
    if (!(verdict instanceof Promise)) {
      this.#judge(visit, target, verdict);
      return;
    }
    verdict.then(
      (settled) => this.#judge(visit, target, settled),
      (error: unknown) => this.#refuseUnforeseen(visit, error),
    );
  }

  #judge(visit: Visit, target: ForwardTarget, verdict: LimitVerdict): void {
    if (!verdict.allowed) {
      this.#deps.metrics.limited[target.cost] += 1;
      this.#refuse(visit, 'tooManyRequests', [
        ...verdict.headers,
        'retry-after',
        String(verdict.retryAfterSeconds),
      ]);
      return;
    }
    const upstream = this.#deps.upstreams[target.upstream];
    const room = this.#roomOf(target);
    if (room?.isFull === true) {
      this.#deps.metrics.refusedStreams += 1;
      this.#refuse(visit, 'serviceUnavailable', ['retry-after', '5']);
      return;
    }
    if (room?.mayAsk(visit.facts.authorization) === false) {
      this.#refuseStream(visit, target);
      return;
    }
    if (room === undefined && upstream.isFull) {
      this.#deps.metrics.refusedByFullUpstream += 1;
      this.#refuse(visit, 'serviceUnavailable', ['retry-after', '1']);
      return;
    }
    this.#takeBody(visit, target, (body) => this.#forward(visit, target, upstream, verdict, body));
  }

  /** Undefined is given for no body; a client that hung up gets nothing more. */
  #takeBody({ req, facts }: Visit, target: ForwardTarget, use: (body: Outbound['body']) => void): void {
    const length = facts.contentLength === undefined ? 0 : Number(facts.contentLength);
    if (length === 0 && !facts.isChunked) {
      use(undefined);
    } else if (facts.isChunked || length > GATHER_BYTES) {
      if (facts.contentLength !== undefined) facts.forward.push('content-length', facts.contentLength);
      use(streamBody(req, target.bodyLimit));
    } else if (target.bodyless) {
      // It is not read; Node drops it after the answer.
      use(undefined);
    } else {
      gatherBody(req, (body) => {
        if (body !== undefined) use(body);
      });
    }
  }

  #forward(
    visit: Visit,
    target: ForwardTarget,
    upstream: Upstream,
    verdict: LimitVerdict,
    body: Outbound['body'],
  ): void {
    const { req, res, facts } = visit;
    const outbound: Outbound = {
      method: req.method ?? 'GET',
      path: originForm(req.url ?? '/'),
      headers: this.#upstreamHeaders(visit, target),
      body,
      // A conditional write that succeeded would be refused the second time.
      repeatable: target.repeatable && !facts.ifMatch,
      patience: target.patience,
    };
    const room = this.#roomOf(target);
    const exchange: Exchange = new Exchange(req, res, upstream, outbound, {
      ownHeaders: () => this.#ownHeaders(visit, verdict.headers),
      seeAnswer: (revision) => {
        if (revision !== undefined) this.#deps.revision.see(revision);
      },
      fail: (error) => this.#answerFailure(visit, target, upstream, error),
      ...(room !== undefined && {
        stream: {
          own: (owner) => room.own(exchange, owner),
          closed: () => room.remove(exchange),
        },
      }),
    });
    room?.add(exchange, facts.authorization);
    exchange.start();
  }

  /** Where what lasts has its places; other requests have none. */
  #roomOf({ isLasting, patience }: ForwardTarget): StreamRoom | undefined {
    if (!isLasting) return undefined;
    return patience === 'stream' ? this.#deps.streams : this.#deps.snapshots;
  }

  /** What the service gets: the client's headers, and what the gateway asserts. */
  #upstreamHeaders({ facts, requestId, address, req }: Visit, { isDelivery }: ForwardTarget): string[] {
    const headers = facts.forward;
    headers.push('x-request-id', requestId, 'x-forwarded-for', address);
    if (facts.host !== undefined) headers.push('x-forwarded-host', facts.host);
    if (facts.origin !== undefined) headers.push('origin', facts.origin);
    headers.push('x-forwarded-proto', facts.forwardedProto ?? ('encrypted' in req.socket ? 'https' : 'http'));
    // With tracing on, undici's instrumentation adds the headers of the gateway's own span; two parents would be none.
    if (facts.traceparent !== undefined && trace.getActiveSpan() === undefined) {
      headers.push('traceparent', facts.traceparent);
      if (facts.tracestate !== undefined) headers.push('tracestate', facts.tracestate);
    }
    const revision = isDelivery ? facts.minRevision : this.#deps.revision.demand(facts.minRevision);
    if (revision !== undefined) {
      headers.push('px0-min-revision', revision);
      // To require an answer without naming a revision asks for more than what this token covers.
      if (facts.requiresConsistency && facts.minRevision === undefined)
        headers.push(GATEWAY_TOKEN.name, GATEWAY_TOKEN.value);
    }
    return headers;
  }

  #ownHeaders({ requestId, facts }: Visit, more: readonly string[]): string[] {
    const headers = ['x-request-id', requestId, ...this.#deps.securityHeaders, ...more];
    if (facts.origin !== undefined)
      headers.push('vary', 'Origin', ...this.#deps.cors.headersFor(facts.origin));
    return headers;
  }

  #answerFailure(visit: Visit, target: ForwardTarget, upstream: Upstream, error: unknown): void {
    if (error instanceof UpstreamOutError) {
      this.#deps.metrics.brokenOff += 1;
      this.#refuse(visit, 'serviceUnavailable', ['retry-after', '1']);
      return;
    }
    if (error instanceof TooManyStreamsError) {
      this.#refuseStream(visit, target);
      return;
    }
    if (isCausedBy(error, BodyTooLargeError)) {
      this.#refuse(visit, 'requestBodyTooLarge', ['connection', 'close']);
      return;
    }
    if (isInvalidRequest(error)) {
      // undici refuses what Node's parser let through (a path with control characters): nothing is there.
      this.#refuse(visit, 'notFound');
      return;
    }
    this.#deps.metrics.failed += 1;
    this.#deps.logger.warn(
      { err: error, upstream: upstream.name, request_id: visit.requestId },
      'upstream failed',
    );
    this.#refuse(visit, 'serviceUnavailable', ['retry-after', '1']);
  }

  /** The organization has as many as it may. */
  #refuseStream(visit: Visit, { patience }: ForwardTarget): void {
    this.#deps.metrics.refusedStreams += 1;
    // A snapshot ends by itself.
    if (patience === 'stream') this.#refuse(visit, 'tooManyStreams', ['retry-after', '30']);
    else this.#refuse(visit, 'serviceUnavailable', ['retry-after', '5']);
  }

  #refuseUnforeseen(visit: Visit, error: unknown): void {
    this.#deps.logger.error({ err: error, request_id: visit.requestId }, 'internal error');
    this.#refuse(visit, 'internalError');
  }

  #answerPreflight(visit: Visit, origin: string): void {
    const { res, requestId } = visit;
    res.writeHead(204, ['x-request-id', requestId, ...this.#deps.cors.preflightHeaders(origin)]);
    res.end();
  }

  #refuse(visit: Visit, code: ErrorCode, headers: readonly string[] = []): void {
    const { status, message } = errorCatalog[code];
    this.#write(visit, status, headers, JSON.stringify({ error: message }));
  }

  /** Answers without an upstream. The revision is what tells clients that px0 answers, and not something before it. */
  #write(visit: Visit, status: number, headers: readonly string[], body: string): void {
    const { res } = visit;
    if (res.headersSent || res.destroyed) return;
    const own = this.#ownHeaders(visit, headers);
    const revision = this.#deps.revision.text;
    if (revision !== undefined) own.push('px0-revision', revision);
    own.push(...JSON_TYPE, 'content-length', String(Buffer.byteLength(body)));
    res.writeHead(status, own);
    res.end(body);
  }
}

/** `/v1` and below, in any letter case. */
function isApiPath(path: string): boolean {
  return path.startsWith('/v1/') || (path.length >= 3 && /^\/v1(?:\/|$)/i.test(path));
}

/** A request target without the origin that an absolute-form one carries. */
function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const query = target.indexOf('?');
  return pathOf(target) + (query === -1 ? '' : target.slice(query));
}
