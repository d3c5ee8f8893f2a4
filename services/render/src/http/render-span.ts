// One span for a render that its caller's trace samples, made by hand: automatic instrumentation of inbound HTTP would cost two thirds of the
// throughput, sampled or not.

import type { IncomingMessage } from 'node:http';
import { context, propagation, type Span, SpanKind, trace } from '@opentelemetry/api';

const SAMPLED = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]?[13579bdf]$/;

/** A span below the caller's, or undefined when the caller's trace is not sampled (or there is none). */
export function startRenderSpan(req: IncomingMessage): Span | undefined {
  const { traceparent } = req.headers;
  if (typeof traceparent !== 'string' || !SAMPLED.test(traceparent)) return undefined;
  const parent = propagation.extract(context.active(), req.headers);
  return trace.getTracer('px0-render').startSpan('render', { kind: SpanKind.SERVER }, parent);
}
