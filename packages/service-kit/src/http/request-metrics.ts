/** Measures how long requests take, by method, route and status, for every process that serves HTTP. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { trace } from '@opentelemetry/api';
import { type DurationSeries, durationHistogram, HTTP_BOUNDS } from '../telemetry/duration-histogram.ts';
import { metricCatalog } from '../telemetry/metric-catalog.ts';

const durations = durationHistogram(metricCatalog.httpServerDuration, HTTP_BOUNDS);
/** Kept on the answer itself, since every request looks it up. */
const ROUTE = Symbol('route');
type Routed = ServerResponse & { [ROUTE]?: string };
const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** A client that hung up before its answer was complete, as nginx counts it. */
export const CLIENT_GONE = 499;

/** The series of a combination; for a path on which even the look-up counts, to be kept. */
export function requestDurations(method: string, route: string | undefined, status: number): DurationSeries {
  const name = knownMethods.has(method) ? method : '_OTHER';
  return durations.seriesOf(`${name} ${status} ${route ?? ''}`, () => ({
    'http.request.method': name,
    ...(route === undefined ? {} : { 'http.route': route }),
    'http.response.status_code': status,
  }));
}

/**
 * Says which route a request belongs to: its pattern, never its path, since ids and slugs would make a series each. Names the
 * request's span after it, too.
 */
export function noteRoute(req: IncomingMessage, res: Routed, route: string): void {
  res[ROUTE] = route;
  const span = trace.getActiveSpan();
  if (span?.isRecording()) span.setAttribute('http.route', route).updateName(`${req.method} ${route}`);
}

/** Measures from now until the answer has been sent. Probes are not counted: they would drown what people ask. */
export function measureRequest(req: IncomingMessage, res: Routed): void {
  if (req.url === '/healthz' || req.url === '/readyz') return;
  const started = performance.now();
  res.on('close', () => {
    const status = res.writableFinished ? res.statusCode : CLIENT_GONE;
    requestDurations(req.method ?? '', res[ROUTE], status).record((performance.now() - started) / 1_000);
  });
}
