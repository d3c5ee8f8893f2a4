/**
 * The trace context that travels with an event, so that one trace leads from a request through the outbox and the stream to every place
 * where its event is applied. Only sampled contexts of recent events are followed: a process that starts reads a million old ones.
 * See docs/decisions/110-tracing.md.
 */
import {
  type Attributes,
  type Context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  TraceFlags,
  trace,
} from '@opentelemetry/api';

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** A trace is put together within minutes of its first span; what comes later would be a trace of its own, in pieces. */
const RECENT_MS = 60_000;

const tracer = trace.getTracer('@px0/event-bus');

/** `traceparent` of the active span, undefined outside a trace. */
export function activeTraceparent(): string | undefined {
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined ? undefined : traceparentOf(span);
}

/** A span below the one that wrote the row, in whichever process that was; undefined when its trace is not followed. */
export function startPublishSpan(subject: string, traceparent: string | undefined, changedAt: string) {
  return startSpan('publish', SpanKind.PRODUCER, { subject, traceparent, time: changedAt });
}

/** A span below the one that published the event; undefined when its trace is not followed. */
export function startProcessSpan(operation: string, event: TracedEvent, attributes: Attributes = {}) {
  return startSpan(operation, SpanKind.CONSUMER, event, attributes);
}

export interface TracedEvent {
  readonly subject: string;
  readonly traceparent: string | undefined;
  /** When the entity was changed, RFC 3339. */
  readonly time: string;
}

/** The context for a message: of the span that publishes it, else as the row has it. */
export function traceparentFor(span: Span | undefined, otherwise: string | undefined): string | undefined {
  return span === undefined ? otherwise : traceparentOf(span.spanContext());
}

function startSpan(
  operation: string,
  kind: SpanKind,
  { subject, traceparent, time }: TracedEvent,
  attributes: Attributes = {},
): Span | undefined {
  const parent = traceparent === undefined ? undefined : sampledParent(traceparent);
  if (parent === undefined || Date.now() - Date.parse(time) > RECENT_MS) return undefined;
  const destination = withoutIds(subject);
  return tracer.startSpan(
    `${operation} ${destination}`,
    {
      kind,
      attributes: {
        'messaging.system': 'nats',
        'messaging.operation.name': operation,
        'messaging.destination.template': destination,
        'messaging.destination.name': subject,
        ...attributes,
      },
    },
    parent,
  );
}

/** `px0.state.<context>.<entity>`, or `px0.body`: names of spans have no ids. */
function withoutIds(subject: string): string {
  const tokens = subject.split('.');
  return tokens.slice(0, tokens[1] === 'state' ? 4 : 2).join('.');
}

function sampledParent(traceparent: string): Context | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  const traceFlags = Number.parseInt(flags, 16);
  if ((traceFlags & TraceFlags.SAMPLED) === 0) return undefined;
  const context: SpanContext = { traceId, spanId, traceFlags, isRemote: true };
  return isSpanContextValid(context) ? trace.setSpanContext(ROOT_CONTEXT, context) : undefined;
}

function traceparentOf(context: SpanContext): string | undefined {
  if (!isSpanContextValid(context)) return undefined;
  const flags = (context.traceFlags & TraceFlags.SAMPLED).toString(16).padStart(2, '0');
  return `00-${context.traceId}-${context.spanId}-${flags}`;
}
