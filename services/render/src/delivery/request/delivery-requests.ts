/**
 * Requests for deliveries: a bare handler in front of the router, since a stream writes to its socket by itself.
 * See docs/decisions/181-clients-that-cost-much.md.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { hintOfRefusal, limitsOf } from '@px0/access';
import { type ErrorCode, type RouteDefinition, routes } from '@px0/contracts';
import { revisionHeaders } from '@px0/event-bus';
import {
  ApiError,
  type Logger,
  pathOf,
  replyOfError,
  requestDurations,
  requestIdOf,
  sendReply,
} from '@px0/service-kit';
import { sayProcessing } from '../../http/processing.ts';
import type { Listeners } from '../stream/listeners.ts';
import { ownerOf } from '../stream/subscriptions.ts';
import { TransferQueue } from '../stream/transfer-queue.ts';
import type { DeliveryView } from '../view/delivery-view.ts';
import { narrowingOf } from '../view/narrowing.ts';
import { acceptsGzip } from './accepts-gzip.ts';
import {
  type Admission,
  type AdmissionDependencies,
  admit,
  admitStill,
  type Judgement,
  judgementOf,
} from './admission.ts';
import { namesEtag } from './if-none-match.ts';
import { digestOfAll, etagOf, ownerHeaders, Snapshot, snapshotHeaders } from './snapshot.ts';
import { unavailable } from './unavailable.ts';

export interface DeliveryRequestsOptions extends AdmissionDependencies {
  readonly view: DeliveryView;
  readonly listeners: Listeners;
  readonly logger: Logger;
}

/** For a process that has caught up this is an eternity. */
const REVISION_WAIT_MS = 1_000;

/** Of one organization's keys, or of one user. */
const MAX_WAITING_SNAPSHOTS = 100;
/** How long a snapshot waits for its turn. */
const TURN_PATIENCE_MS = 5_000;

export class DeliveryRequests {
  readonly #options: DeliveryRequestsOptions;
  readonly #snapshots = new TransferQueue();
  #isDraining = false;

  constructor(options: DeliveryRequestsOptions) {
    this.#options = options;
  }

  /** The process stops: nothing new is begun. */
  drain(): void {
    this.#isDraining = true;
  }

  /** Answers the request if it is one for a delivery; false leaves it to the router. */
  readonly handle = (req: IncomingMessage, res: ServerResponse): boolean => {
    if (req.method !== 'GET' && req.method !== 'HEAD') return false;
    const route = routeOf(req.url ?? '');
    if (route === undefined) return false;
    void this.#answer(route, req, res);
    return true;
  };

  async #answer(route: RouteDefinition, req: IncomingMessage, res: ServerResponse): Promise<void> {
    const arrived = performance.now();
    const requestId = requestIdOf(req);
    res.setHeader('X-Request-Id', requestId);
    let judgement: Judgement | undefined;
    try {
      judgement = await judgementOf(this.#options.revisions, req);
      const admission = await admit(this.#options, judgement, route, req);
      const isStream = route.patience === 'stream';
      if (isStream) this.#options.listeners.checkRoom(admission);
      if (this.#isDraining) throw unavailable();
      if (isStream) await this.#stream(admission, req, res);
      else await this.#snapshot(admission, req, res);
    } catch (error) {
      // A client must not take for final what this process could not confirm.
      if (judgement?.freshness.stale === true && !res.headersSent)
        res.setHeader(revisionHeaders.stale, 'true');
      this.#refuse(route, req, res, error, this.#options.logger.child({ request_id: requestId }));
    }
    const seconds = (performance.now() - arrived) / 1_000;
    requestDurations(req.method ?? '', route.path, res.statusCode).record(seconds);
  }

  /**
   * Waits for what the request asks to be covered: the projection has it by now, but what is delivered may be waiting for a content. False when the
   * answer lacks what was asked for.
   *
   * @throws ApiError revisionNotYetAvailable
   */
  async #covers({ since, demand, unmet }: Admission): Promise<boolean> {
    if (unmet !== undefined) throw unmet;
    const { view } = this.#options;
    const isCovered = demand.token === undefined || (await view.comesTo(demand.token, REVISION_WAIT_MS));
    const comesToSince = since === undefined || (await view.comesTo(since, REVISION_WAIT_MS));
    if (comesToSince && (isCovered || demand.requires === 'nothing')) return isCovered;
    throw new ApiError('revisionNotYetAvailable', { retryAfterSeconds: 1 });
  }

  /** Waits until the caller's teams are there as the request demands them. Undefined when the client has left meanwhile. */
  async #ready(
    admitted: Admission,
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<Admission | undefined> {
    const isStale = !(await this.#covers(admitted)) || admitted.isStale;
    const { view } = this.#options;
    // The first of thousands that come after a start must not look like a process that has died.
    if (admitted.teamIds.some((teamId) => view.team(teamId) === undefined)) sayProcessing(req, res);
    await view.ready(admitted.teamIds);
    const limits = limitsOf(admitted.principal);
    if (limits !== undefined) await narrowingOf(limits).prepare(view.teamsOf(admitted.teamIds));
    return res.destroyed ? undefined : { ...admitStill(this.#options, admitted), isStale };
  }

  async #snapshot(admitted: Admission, req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { view } = this.#options;
    const admission = await this.#ready(admitted, req, res);
    if (admission === undefined) return;
    const etag = etagOf(digestOfAll(view, admission));
    const isUnchanged = namesEtag(req.headers['if-none-match'], etag);
    if (!isUnchanged && req.method !== 'HEAD') {
      await this.#whole(admission, req, res);
      return;
    }
    const isGzip = acceptsGzip(req.headers['accept-encoding']);
    const headers = snapshotHeaders({ etag, revision: view.revisionAt(view.watermark) }, admission);
    res.writeHead(isUnchanged ? 304 : 200, { ...headers, ...(isUnchanged ? {} : bodyHeaders(isGzip)) });
    res.end();
  }

  /** A snapshot that is being sent holds what it was made of, so there are few at a time. */
  async #whole(admitted: Admission, req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { view, listeners } = this.#options;
    const owner = ownerOf(admitted.principal);
    if (this.#snapshots.waitingOf(owner) >= MAX_WAITING_SNAPSHOTS) throw unavailable();
    const end = await this.#snapshots.turn(owner, TURN_PATIENCE_MS);
    if (end === undefined) throw unavailable();
    try {
      if (res.destroyed) return;
      const admission = admitStill(this.#options, admitted);
      const snapshot = new Snapshot(view, admission, listeners.keyEndOf(admission));
      const isGzip = acceptsGzip(req.headers['accept-encoding']);
      res.writeHead(200, { ...snapshotHeaders(snapshot, admission), ...bodyHeaders(isGzip) });
      await snapshot.send(res, isGzip);
    } finally {
      end();
    }
  }

  async #stream(admitted: Admission, req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { view, listeners } = this.#options;
    const admission = await this.#ready(admitted, req, res);
    if (admission === undefined) return;
    // Others have come meanwhile. An answer that stands behind another one in its connection would never be sent.
    listeners.checkRoom(admission);
    if (this.#isDraining || res.socket === null) throw unavailable();
    const isGzip = acceptsGzip(req.headers['accept-encoding']);
    // It ends with its connection.
    res.shouldKeepAlive = false;
    res.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
      ...ownerHeaders(admission.principal),
      Vary: 'Authorization, Accept-Encoding',
      [revisionHeaders.revision]: view.revisionAt(view.watermark),
      ...(admission.isStale ? { [revisionHeaders.stale]: 'true' } : {}),
      ...(isGzip ? { 'Content-Encoding': 'gzip' } : {}),
    });
    if (req.method === 'HEAD') {
      res.end();
      return;
    }
    res.flushHeaders();
    const { socket } = res;
    // The client left before it was answered.
    if (socket === null || socket.destroyed) return;
    listeners.open(admission, socket, { isGzip, isChunked: res.chunkedEncoding });
  }

  /** The revision shows that px0 itself has refused. */
  #refuse(
    route: RouteDefinition,
    req: IncomingMessage,
    res: ServerResponse,
    error: unknown,
    logger: Logger,
  ): void {
    if (res.headersSent) {
      logger.error({ err: error }, 'a delivery broke off');
      res.destroy();
      return;
    }
    const revision = this.#options.revisions.token();
    res.setHeader('Cache-Control', 'no-store');
    if (revision !== undefined) res.setHeader(revisionHeaders.revision, revision);
    const hintOf = (code: ErrorCode) =>
      hintOfRefusal(this.#options.access, code, route.operationId, req.headers.authorization);
    sendReply(req, res, replyOfError(error, logger, hintOf));
  }
}

function bodyHeaders(isGzip: boolean): Record<string, string> {
  return {
    'Content-Type': 'application/x-ndjson; charset=utf-8',
    ...(isGzip ? { 'Content-Encoding': 'gzip' } : {}),
  };
}

/** By hand, as for renders: this runs for every request that is no render. */
function routeOf(url: string): RouteDefinition | undefined {
  const path = pathOf(url).toLowerCase().replace(/\/$/, '');
  if (path === routes.getDeliverySnapshot.path) return routes.getDeliverySnapshot;
  return path === routes.streamDelivery.path ? routes.streamDelivery : undefined;
}
