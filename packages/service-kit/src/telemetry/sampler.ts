/**
 * Decides which requests begin a trace. A caller that sends a trace context has already decided, and px0 marks its first span in a sampled
 * one, so that the Collector keeps it. Otherwise, every request of the control plane begins one (there are few, and the Collector keeps the
 * interesting ones), and a share of the renders. See docs/decisions/110-tracing.md.
 */
import {
  type Attributes,
  type Context,
  createTraceState,
  type Link,
  SpanKind,
  trace,
} from '@opentelemetry/api';
import {
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  type SamplingResult,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import { matchRoute } from '@px0/contracts';
import { CALLER_SAMPLED_ATTRIBUTE, DECIDED_ATTRIBUTE } from './settings.ts';

/** px0's entry in `tracestate`, which travels with the traces that px0 began: from one service to the next they are no caller's. */
const OWN = { key: 'px0', value: 'own' } as const;

class RootSampler implements Sampler {
  readonly #always = new AlwaysOnSampler();
  readonly #renders: Sampler;
  readonly #ratio: number;

  constructor(ratio: number) {
    this.#ratio = ratio;
    this.#renders = new TraceIdRatioBasedSampler(ratio);
  }

  shouldSample(
    context: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    const sampler = isUndecidedRender(attributes) ? this.#renders : this.#always;
    const result = sampler.shouldSample(context, traceId, name, kind, attributes, links);
    return { ...result, traceState: createTraceState().set(OWN.key, OWN.value) };
  }

  toString(): string {
    return `Px0Root{renders=${this.#ratio}}`;
  }
}

/** Samples what the caller samples, and marks the span of the request that came with it. */
class CallerSampler implements Sampler {
  readonly #always = new AlwaysOnSampler();

  shouldSample(...parameters: Parameters<Sampler['shouldSample']>): SamplingResult {
    const [context, , , kind] = parameters;
    const result = this.#always.shouldSample();
    const state = trace.getSpanContext(context)?.traceState;
    // Events carry no trace state, and their spans are no requests.
    if (kind !== SpanKind.SERVER || state?.get(OWN.key) === OWN.value) return result;
    return { ...result, attributes: { ...result.attributes, [CALLER_SAMPLED_ATTRIBUTE]: true } };
  }

  toString(): string {
    return 'Px0Caller';
  }
}

/** `ratio` is the share of renders without a trace context that begin one. */
export function px0Sampler(ratio: number): Sampler {
  return new ParentBasedSampler({ root: new RootSampler(ratio), remoteParentSampled: new CallerSampler() });
}

function isUndecidedRender(attributes: Attributes): boolean {
  if (attributes[DECIDED_ATTRIBUTE] === true) return false;
  const { 'http.request.method': method, 'url.path': path } = attributes;
  if (typeof method !== 'string' || typeof path !== 'string') return false;
  const match = matchRoute(method, path);
  return match !== undefined && 'route' in match && match.route.cost === 'render';
}
