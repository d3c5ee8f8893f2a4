import { propagation, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startRenderSpan } from './render-span.ts';

const exporter = new InMemorySpanExporter();
const route = '/v1/prompts/{slug}/render';
const caller = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331';

beforeAll(() => {
  trace.setGlobalTracerProvider(
    new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
  );
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
});
beforeEach(() => exporter.reset());
afterAll(() => {
  trace.disable();
  propagation.disable();
});

/** The ids of the parents of the spans that a request gets. */
function parentsOf(headers: Record<string, string>, ratio: number): (string | undefined)[] {
  startRenderSpan({ headers }, route, ratio)?.end();
  return exporter.getFinishedSpans().map(({ parentSpanContext }) => parentSpanContext?.spanId);
}

describe('a render whose caller sends a trace context', () => {
  it('gets a span below the caller’s if that is sampled', () => {
    expect(parentsOf({ traceparent: `${caller}-01` }, 0)).toEqual(['b7ad6b7169203331']);
    expect(exporter.getFinishedSpans()[0]).toMatchObject({
      name: `POST ${route}`,
      attributes: { 'http.request.method': 'POST', 'http.route': route },
    });
  });

  it('gets none if that is not sampled, or if it is no trace context', () => {
    expect(parentsOf({ traceparent: `${caller}-00` }, 1)).toEqual([]);
    expect(parentsOf({ traceparent: 'garbage' }, 1)).toEqual([]);
  });
});

describe('a render without a trace context', () => {
  it('begins a trace in the share that is asked for', () => {
    expect(parentsOf({}, 0)).toEqual([]);
    expect(parentsOf({}, 1)).toEqual([undefined]);
  });

  it('begins none where nothing is exported', () => {
    expect(startRenderSpan({ headers: {} }, route)).toBeUndefined();
  });
});
