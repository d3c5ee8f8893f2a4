import { createTraceState, ROOT_CONTEXT, SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace';
import { describe, expect, it } from 'vitest';
import { px0Sampler } from './sampler.ts';
import { CALLER_SAMPLED_ATTRIBUTE, DECIDED_ATTRIBUTE } from './settings.ts';

const traceId = 'ffffffffffffffffffffffffffffffff';
const path = '/v1/prompts/greeting/render';

function isSampled(attributes: Record<string, string | boolean>, ratio: number, parent = ROOT_CONTEXT) {
  const result = px0Sampler(ratio).shouldSample(parent, traceId, 'POST', SpanKind.SERVER, attributes, []);
  return result.decision === SamplingDecision.RECORD_AND_SAMPLED;
}

function parentOf(traceFlags: TraceFlags) {
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: 'ffffffffffffffff', traceFlags });
}

describe('a request without a trace context', () => {
  it('begins a trace if it belongs to the control plane', () => {
    expect(isSampled({ 'http.request.method': 'GET', 'url.path': '/v1/me/teams' }, 0)).toBe(true);
    expect(isSampled({ 'http.request.method': 'GET', 'url.path': '/nowhere' }, 0)).toBe(true);
  });

  it('begins a trace in a share of renders only', () => {
    const render = { 'http.request.method': 'POST', 'url.path': path };
    expect([isSampled(render, 0), isSampled(render, 1)]).toEqual([false, true]);
    const version = { 'http.request.method': 'POST', 'url.path': '/v1/prompts/greeting/versions/3/render' };
    expect([isSampled(version, 0), isSampled(version, 1)]).toEqual([false, true]);
  });

  it('begins a trace when that was decided before its span was made', () => {
    expect(isSampled({ 'http.request.method': 'POST', 'url.path': path, [DECIDED_ATTRIBUTE]: true }, 0)).toBe(
      true,
    );
  });
});

describe('a request with a trace context', () => {
  it('is traced exactly if its caller is', () => {
    const render = { 'http.request.method': 'POST', 'url.path': path };
    expect(isSampled(render, 0, parentOf(TraceFlags.SAMPLED))).toBe(true);
    expect(isSampled(render, 1, parentOf(TraceFlags.NONE))).toBe(false);
    expect(isSampled({}, 1, parentOf(TraceFlags.NONE))).toBe(false);
  });
});

describe('the mark of a trace that its caller samples', () => {
  const sample = (kind: SpanKind, traceState?: string) => {
    const parent = trace.setSpanContext(ROOT_CONTEXT, {
      traceId,
      spanId: 'ffffffffffffffff',
      traceFlags: TraceFlags.SAMPLED,
      isRemote: true,
      ...(traceState === undefined ? {} : { traceState: createTraceState(traceState) }),
    });
    return px0Sampler(0).shouldSample(parent, traceId, 'POST', kind, {}, []).attributes?.[
      CALLER_SAMPLED_ATTRIBUTE
    ];
  };

  it('is on the span of the request, whatever the caller’s trace state says of others', () => {
    expect(sample(SpanKind.SERVER)).toBe(true);
    expect(sample(SpanKind.SERVER, 'vendor=1')).toBe(true);
  });

  it('is not on spans of events, nor on those of requests within a trace that px0 began', () => {
    expect(sample(SpanKind.CONSUMER)).toBeUndefined();
    const begun = px0Sampler(0).shouldSample(ROOT_CONTEXT, traceId, 'GET', SpanKind.SERVER, {}, []);
    expect(begun.attributes?.[CALLER_SAMPLED_ATTRIBUTE]).toBeUndefined();
    expect(sample(SpanKind.SERVER, begun.traceState?.serialize())).toBeUndefined();
  });
});
