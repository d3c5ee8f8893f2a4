/**
 * One span for a render whose trace is sampled, created by hand, because automatic instrumentation of inbound HTTP costs two thirds of the
 * throughput, sampled or not.
 */
import type { IncomingMessage } from 'node:http';
import { context, propagation, type Span, SpanKind, trace } from '@opentelemetry/api';
import { DECIDED_ATTRIBUTE, exportsTelemetry, renderTraceRatio } from '@px0/service-kit';

const SAMPLED = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]?[13579bdf]$/;

/** The share of requests without a trace context that begin a trace; 0 if telemetry is off. */
const ownTraceRatio = exportsTelemetry() ? renderTraceRatio() : 0;

/**
 * A span below the caller's, or the first of a trace where the caller has none and the dice say so; undefined when the caller's trace is
 * not sampled, or for most of those who have none.
 */
export function startRenderSpan(
  req: Pick<IncomingMessage, 'headers'>,
  route: string,
  rootRatio = ownTraceRatio,
): Span | undefined {
  const { traceparent } = req.headers;
  if (traceparent === undefined) {
    if (rootRatio === 0 || Math.random() >= rootRatio) return undefined;
    return start(route, true, req);
  }
  return typeof traceparent === 'string' && SAMPLED.test(traceparent) ? start(route, false, req) : undefined;
}

function start(route: string, isRoot: boolean, req: Pick<IncomingMessage, 'headers'>): Span {
  const attributes = {
    'http.request.method': 'POST',
    'http.route': route,
    ...(isRoot ? { [DECIDED_ATTRIBUTE]: true } : {}),
  };
  const parent = isRoot ? context.active() : propagation.extract(context.active(), req.headers);
  // Asked for each time: a tracer that is kept stays with the provider of its first span.
  const tracer = trace.getTracer('@px0/render');
  return tracer.startSpan(`POST ${route}`, { kind: SpanKind.SERVER, attributes }, parent);
}
