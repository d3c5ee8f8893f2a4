/** Requests for deliveries: a bare handler in front of the router, since a stream writes to its socket by itself. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccessProjection } from '@px0/access';
import { type RouteDefinition, routes } from '@px0/contracts';
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
import type { DeliveryView } from '../view/delivery-view.ts';
import { acceptsGzip } from './accepts-gzip.ts';
import { type Admission, type AdmissionDependencies, admit } from './admission.ts';
import { Snapshot, snapshotHeaders } from './snapshot.ts';

export interface DeliveryRequestsOptions extends AdmissionDependencies {
  readonly access: AccessProjection;
  readonly view: DeliveryView;
  readonly logger: Logger;
}

/** For a process that has caught up this is an eternity. */
const REVISION_WAIT_MS = 1_000;
/** At random, so that those who were refused together do not come back together. */
const RETRY_SECONDS = { least: 1, most: 5 };

export class DeliveryRequests {
  readonly #options: DeliveryRequestsOptions;
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
    try {
      const admission = await admit(this.#options, route, req);
      if (this.#isDraining) throw unavailable();
      await this.#snapshot(admission, req, res);
    } catch (error) {
      this.#refuse(req, res, error, this.#options.logger.child({ request_id: requestId }));
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

  async #snapshot(admission: Admission, req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { view } = this.#options;
    const isStale = !(await this.#covers(admission)) || admission.isStale;
    await view.ready(admission.teamIds);
    const snapshot = new Snapshot(view, admission, this.#keyEndOf(admission));
    const isUnchanged = req.headers['if-none-match'] === snapshot.etag;
    const isGzip = !isUnchanged && acceptsGzip(req.headers['accept-encoding']);
    const { 'Content-Type': type, ...headers } = snapshotHeaders(snapshot, isStale, isGzip);
    if (isUnchanged) {
      res.writeHead(304, headers).end();
      return;
    }
    res.writeHead(200, { 'Content-Type': type, ...headers });
    await snapshot.send(req, res, isGzip);
  }

  /** When the caller's key ends, as answers say it. A session is no key. */
  #keyEndOf({ principal, authorization }: Admission): string | null {
    if (principal.kind !== 'api-key') return null;
    const end = this.#options.access.credentialEnd(authorization);
    return Number.isFinite(end) ? new Date(end).toISOString() : null;
  }

  /** The revision shows that px0 itself has refused. */
  #refuse(req: IncomingMessage, res: ServerResponse, error: unknown, logger: Logger): void {
    if (res.headersSent) {
      logger.error({ err: error }, 'a delivery broke off');
      res.destroy();
      return;
    }
    const revision = this.#options.revisions.token();
    res.setHeader('Cache-Control', 'no-store');
    if (revision !== undefined) res.setHeader(revisionHeaders.revision, revision);
    sendReply(req, res, replyOfError(error, logger));
  }
}

function unavailable(): ApiError {
  const { least, most } = RETRY_SECONDS;
  const retryAfterSeconds = least + Math.floor(Math.random() * (most - least + 1));
  return new ApiError('serviceUnavailable', { retryAfterSeconds });
}

/** By hand, as for renders: this runs for every request that is no render. */
function routeOf(url: string): RouteDefinition | undefined {
  const path = pathOf(url).toLowerCase().replace(/\/$/, '');
  if (path === routes.getDeliverySnapshot.path) return routes.getDeliverySnapshot;
  return path === routes.streamDelivery.path ? routes.streamDelivery : undefined;
}
