import { trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProcessSpan, startPublishSpan, traceparentFor } from './trace-context.ts';

const exporter = new InMemorySpanExporter();
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });

beforeAll(() => {
  trace.setGlobalTracerProvider(provider);
});

afterAll(async () => {
  trace.disable();
  await provider.shutdown();
});

const traceId = '0af7651916cd43dd8448eb211c80319c';
const sampled = `00-${traceId}-b7ad6b7169203331-01`;
const subject = 'px0.state.registry.prompt.0b1e';
const now = () => new Date().toISOString();

describe('an event of a sampled request', () => {
  it('is published below the request, and processed below the publishing', () => {
    const publish = startPublishSpan(subject, sampled, now());
    const traceparent = traceparentFor(publish, sampled);
    expect(traceparent).toBe(`00-${traceId}-${publish?.spanContext().spanId}-01`);
    const apply = startProcessSpan('apply', { subject, traceparent, time: now() });
    apply?.end();
    publish?.end();
    expect(
      exporter.getFinishedSpans().map(({ name, parentSpanContext }) => [name, parentSpanContext?.spanId]),
    ).toEqual([
      ['apply px0.state.registry.prompt', publish?.spanContext().spanId],
      ['publish px0.state.registry.prompt', 'b7ad6b7169203331'],
    ]);
  });

  it.each([
    ['px0.body.0b1e.3', 'publish px0.body'],
    ['px0.state.tenancy.membership.0b1e.0c2f', 'publish px0.state.tenancy.membership'],
  ])('on %s has no id in the name of its span', (ofSubject, name) => {
    exporter.reset();
    startPublishSpan(ofSubject, sampled, now())?.end();
    expect(exporter.getFinishedSpans().map((span) => span.name)).toEqual([name]);
  });
});

describe('no span is made', () => {
  it.each([
    ['without a trace context', undefined],
    ['for a request that is not sampled', `00-${traceId}-b7ad6b7169203331-00`],
    ['for a trace context that is none', '00-zz-01'],
    ['for a trace context of zeros', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
  ])('%s', (_case, traceparent) => {
    expect(startProcessSpan('apply', { subject, traceparent, time: now() })).toBeUndefined();
  });

  it('for an event that is long past, of which a start reads millions', () => {
    const time = new Date(Date.now() - 3_600_000).toISOString();
    expect(startProcessSpan('apply', { subject, traceparent: sampled, time })).toBeUndefined();
    expect(traceparentFor(undefined, sampled)).toBe(sampled);
  });
});
