/**
 * Decides which requests begin a trace. A caller that sends a trace context has already decided. Otherwise, every request of the
 * control plane begins one (there are few, and the Collector keeps the interesting ones), and a share of the renders.
 * See docs/decisions/110-tracing.md.
 */
import type { Attributes, Context, Link, SpanKind } from '@opentelemetry/api';
import {
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  type SamplingResult,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import { matchRoute } from '@px0/contracts';
import { DECIDED_ATTRIBUTE } from './settings.ts';

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
    return sampler.shouldSample(context, traceId, name, kind, attributes, links);
  }

  toString(): string {
    return `Px0Root{renders=${this.#ratio}}`;
  }
}

/** `ratio` is the share of renders without a trace context that begin one. */
export function px0Sampler(ratio: number): Sampler {
  return new ParentBasedSampler({ root: new RootSampler(ratio) });
}

function isUndecidedRender(attributes: Attributes): boolean {
  if (attributes[DECIDED_ATTRIBUTE] === true) return false;
  const { 'http.request.method': method, 'url.path': path } = attributes;
  if (typeof method !== 'string' || typeof path !== 'string') return false;
  const match = matchRoute(method, path);
  return match !== undefined && 'route' in match && match.route.cost === 'render';
}
