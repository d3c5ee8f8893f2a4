/** Tells OpenTelemetry of renders, if the application has registered it: attributes on the current span, a span of its own if it is wanted, and metrics. */
import {
  InvalidRequestError,
  NotFoundError,
  RefusedError,
  TemplateError,
  UnreachableError,
} from '../errors.ts';
import type { ClientStatus } from '../held.ts';
import type { RenderResult } from '../render.ts';
import { VERSION } from '../version.ts';
import {
  metricAttributes,
  RENDER_ATTRIBUTES,
  type RenderAttributes,
  spanNames,
  UNKNOWN,
} from './attributes.ts';
import { Metrics, SCOPE } from './metrics.ts';
import { contextWith, type Registry, registry, type Span, spanIn } from './registry.ts';

const INTERNAL_SPAN = 0;
const ERROR_STATUS = 2;

export interface TelemetryOptions {
  /** Whether a render has a span of its own. */
  readonly spans: boolean;
  /** Undefined for a client that holds nothing. */
  readonly status: (() => ClientStatus) | undefined;
}

export class Telemetry {
  readonly #spans: boolean;
  readonly #metrics: Metrics;

  constructor({ spans, status }: TelemetryOptions) {
    this.#spans = spans;
    this.#metrics = new Metrics(status);
    harmless(() => this.#metrics.use(registry()?.metrics));
  }

  /** What `render` gives, which is told of. What fails here fails no render. */
  async observe(slug: string, render: () => Promise<RenderResult>): Promise<RenderResult> {
    const registered = registry();
    if (registered === undefined) return render();
    const current = harmless(() => spanIn(registered.context?.active()));
    const own = this.#spans ? harmless(() => startedSpan(registered)) : undefined;
    const began = performance.now();
    try {
      const result = await within(registered, own, render);
      harmless(() => {
        if (current?.isRecording()) current.setAttributes(instead(current, result.attributes));
        own?.setAttributes(result.attributes);
        this.#count(registered, { slug, source: result.source, outcome: 'ok', began });
      });
      return result;
    } catch (error) {
      harmless(() => {
        const outcome = outcomeOf(error);
        own?.setAttributes({ [metricAttributes.promptName]: slug, [metricAttributes.outcome]: outcome });
        own?.setStatus({ code: ERROR_STATUS });
        this.#count(registered, { slug, source: undefined, outcome, began });
      });
      throw error;
    } finally {
      harmless(() => own?.end());
    }
  }

  /** Nothing of the client is observed any more. */
  close(): void {
    harmless(() => this.#metrics.close());
  }

  #count(
    registered: Registry,
    { began, ...rendered }: { slug: string; source: string | undefined; outcome: string; began: number },
  ): void {
    this.#metrics.use(registered.metrics);
    this.#metrics.rendered({ ...rendered, milliseconds: performance.now() - began });
  }
}

function startedSpan({ trace, context }: Registry): Span | undefined {
  return trace
    ?.getTracer(SCOPE, VERSION)
    .startSpan(spanNames.render, { kind: INTERNAL_SPAN }, context?.active());
}

/** The attributes, in place of all that an earlier render has told the span: it must not name one prompt with the version of another. */
function instead({ attributes: before }: Span, attributes: RenderAttributes): RenderAttributes {
  const left = RENDER_ATTRIBUTES.filter(
    (name) => before?.[name] !== undefined && attributes[name] === undefined,
  );
  if (left.length === 0) return attributes;
  return { ...attributes, ...Object.fromEntries(left.map((name) => [name, UNKNOWN[name] ?? ''])) };
}

/** So that the requests of a render are below its span. */
function within<T>({ context }: Registry, own: Span | undefined, work: () => T): T {
  return own === undefined || context === undefined
    ? work()
    : context.with(contextWith(context.active(), own), work);
}

/** An error's words may hold a variable's value, so only its kind is told. */
export function outcomeOf(error: unknown): string {
  if (error instanceof NotFoundError) return 'not_found';
  if (error instanceof InvalidRequestError || error instanceof TemplateError) return 'invalid';
  if (error instanceof RefusedError) return 'refused';
  if (error instanceof UnreachableError) return 'unreachable';
  return 'error';
}

/** What is not the application's business must not fail it. */
function harmless<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
