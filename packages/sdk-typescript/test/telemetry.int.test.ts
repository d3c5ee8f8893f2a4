/** What OpenTelemetry gets to know of renders, with its own SDK and an instrumentation of a provider's package. */
import { createRequire } from 'node:module';
import { context, metrics, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { PlayedProviders } from '@px0/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NotFoundError, Px0, type Px0Options, Px0SpanProcessor, UnreachableError } from '../src/mod.ts';
import { PlayedPx0 } from './played-px0.ts';

const exporter = new InMemorySpanExporter();
const provider = new TracerProvider({
  spanProcessors: [new Px0SpanProcessor(), new SimpleSpanProcessor({ exporter })],
});
const tracer = provider.getTracer('application');

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}

  /** Name, attributes and value (of a histogram: its count) of what one export has. */
  async points(): Promise<{ name: string; attributes: object; value: unknown }[]> {
    const { resourceMetrics } = await this.collect();
    return resourceMetrics.scopeMetrics
      .flatMap(({ metrics: some }) => some)
      .flatMap(({ descriptor: { name }, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => ({
          name,
          attributes,
          value: typeof value === 'number' ? value : value.count,
        })),
      );
  }
}

let px0Server: PlayedPx0;
let reader: Reader;
let clients: { close(): Promise<void> }[] = [];

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
});
beforeEach(async () => {
  px0Server = await PlayedPx0.start();
  reader = new Reader();
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  exporter.reset();
});
afterEach(async () => {
  for (const client of clients) await client.close();
  clients = [];
  metrics.disable();
  await px0Server.close();
});
afterAll(() => {
  trace.disable();
  context.disable();
});

function remote(options: Px0Options = {}): Px0 {
  const client = new Px0({
    host: px0Server.host,
    accessToken: 'ak_test',
    usage: 'off',
    retries: 0,
    ...options,
  });
  clients.push(client);
  return client;
}

function held() {
  const client = Px0.forTests({ greeting: 'Hello {{.name}}', farewell: 'Bye {{.name}}' });
  clients.push(client);
  return client;
}

/** Work within a span. */
function within<T>(name: string, work: () => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, async (span) => {
    try {
      return await work();
    } finally {
      span.end();
    }
  });
}

function spanOf(name: string) {
  return exporter.getFinishedSpans().find((span) => span.name === name);
}

const PROMPT = { 'gen_ai.prompt.name': 'greeting', 'gen_ai.prompt.version': '1' };

describe('the current span', () => {
  it('says which version was rendered, from where, and nothing of the variables', async () => {
    const client = held();
    const result = await within('request', () => client.render('greeting', { name: 'Ada' }));
    expect(spanOf('request')?.attributes).toEqual({
      ...PROMPT,
      'px0.prompt.id': result.promptId,
      'px0.source': 'stream',
      'px0.revision': result.revision,
      'px0.stale': false,
      'px0.age_ms': 0,
    });
    expect(result.attributes).toEqual(spanOf('request')?.attributes);
  });

  it('says of a render by px0 and of a fallback what is known', async () => {
    const client = remote({ cache: false, fallbacks: { greeting: 'Hi' } });
    await within('live', () => client.render('greeting', { name: 'Ada' }));
    expect(spanOf('live')?.attributes).toMatchObject({ 'gen_ai.prompt.version': '3', 'px0.source': 'live' });
    expect(spanOf('live')?.attributes).not.toHaveProperty('px0.prompt.id');
    px0Server.fault = 'reset';
    await within('fallback', () => client.render('greeting', { name: 'Ada' }));
    expect(spanOf('fallback')?.attributes).toEqual({
      'gen_ai.prompt.name': 'greeting',
      'px0.source': 'fallback',
      'px0.stale': true,
    });
  });

  it('is left alone without `telemetry`, and there need not be one', async () => {
    const client = remote({ telemetry: false });
    const result = await within('request', () => client.render('greeting', { name: 'Ada' }));
    expect(spanOf('request')?.attributes).toEqual({});
    expect(result.attributes).toMatchObject({ 'gen_ai.prompt.name': 'greeting' });
    await remote().render('greeting', { name: 'Ada' });
    expect(exporter.getFinishedSpans()).toHaveLength(1);
  });
});

describe('a span of the render', () => {
  it('is there when it is wanted, below the current one', async () => {
    const client = remote({ spans: true });
    await within('request', () => client.render('greeting', { name: 'Ada' }));
    const [own, request] = [spanOf('px0.render'), spanOf('request')];
    expect(own).toMatchObject({
      kind: SpanKind.INTERNAL,
      parentSpanContext: { spanId: request?.spanContext().spanId },
      attributes: request?.attributes,
    });
    expect(own?.attributes).toMatchObject({ 'px0.source': 'live' });
  });

  it('says that a render failed, and not with which words', async () => {
    const client = remote({ spans: true });
    await expect(client.render('nothing')).rejects.toThrow(NotFoundError);
    expect(spanOf('px0.render')).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'gen_ai.prompt.name': 'nothing', 'px0.outcome': 'not_found' },
      events: [],
    });
  });
});

describe('the span processor', () => {
  it('names the prompt on the model call, which OpenTelemetry’s own instrumentation of OpenAI makes', async () => {
    await using providers = await PlayedProviders.start();
    const instrumentation = new OpenAIInstrumentation();
    instrumentation.setTracerProvider(provider);
    const { OpenAI } = createRequire(import.meta.url)('openai');
    const openai = new OpenAI({ baseURL: `${providers.host}/v1`, apiKey: 'none', maxRetries: 0 });
    const client = held();
    await within('request', async () => {
      for (const slug of ['greeting', 'farewell']) {
        const { text } = await client.render(slug, { name: 'Ada' });
        await openai.chat.completions.create({ model: slug, messages: [{ role: 'user', content: text }] });
      }
    });
    instrumentation.disable();
    for (const slug of ['greeting', 'farewell']) {
      expect(spanOf(`chat ${slug}`)?.attributes).toMatchObject({
        'gen_ai.request.model': slug,
        'gen_ai.prompt.name': slug,
        'gen_ai.prompt.version': '1',
        'px0.source': 'stream',
      });
    }
  });

  it('does so for spans further below, and for those that say only later what they are', async () => {
    const client = held();
    await within('request', async () => {
      await client.render('greeting', { name: 'Ada' });
      await within('chain', () =>
        tracer.startActiveSpan('model call', async (span) => {
          span.setAttribute('gen_ai.request.model', 'played');
          span.end();
        }),
      );
    });
    expect(spanOf('model call')?.attributes).toMatchObject({ ...PROMPT, 'gen_ai.request.model': 'played' });
  });

  it('keeps what a span says itself, and leaves out requests and what began before the render', async () => {
    const client = held();
    await within('request', async () => {
      tracer.startSpan('before').end();
      await client.render('greeting', { name: 'Ada' });
      const another = { 'gen_ai.prompt.name': 'another', 'gen_ai.prompt.0.content': 'secret' };
      await tracer.startActiveSpan('another', { attributes: another }, async (span) => {
        tracer.startSpan('below another').end();
        span.end();
      });
      tracer.startSpan('GET', { attributes: { 'http.request.method': 'GET' } }).end();
    });
    expect(spanOf('before')?.attributes).toEqual({});
    expect(spanOf('another')?.attributes['gen_ai.prompt.name']).toBe('another');
    expect(spanOf('below another')?.attributes).not.toHaveProperty('gen_ai.prompt.0.content');
    expect(spanOf('GET')?.attributes).toEqual({ 'http.request.method': 'GET' });
  });
});

describe('metrics', () => {
  it('count renders by source, outcome and prompt, and tell the state of what is held', async () => {
    const client = held();
    await client.render('greeting', { name: 'Ada' });
    await client.render('greeting', { name: 'Ada' });
    await expect(client.render('greeting', {})).rejects.toThrow();
    const points = await reader.points();
    const ok = { 'px0.outcome': 'ok', 'px0.source': 'stream' };
    const named = { 'gen_ai.prompt.name': 'greeting' };
    expect(points).toEqual(
      expect.arrayContaining([
        { name: 'px0.client.renders', attributes: { ...ok, ...named }, value: 2 },
        { name: 'px0.client.renders', attributes: { 'px0.outcome': 'invalid', ...named }, value: 1 },
        { name: 'px0.client.render.duration', attributes: ok, value: 2 },
        { name: 'px0.client.state', attributes: { 'px0.state': 'ready' }, value: 1 },
        { name: 'px0.client.state', attributes: { 'px0.state': 'stale' }, value: 0 },
        { name: 'px0.client.staleness', attributes: {}, value: 0 },
        { name: 'px0.client.prompts', attributes: {}, value: 2 },
        { name: 'px0.client.repairs', attributes: {}, value: 0 },
      ]),
    );
    const another = held();
    const third = held();
    await another.render('greeting', { name: 'Ada' });
    await third.render('greeting', { name: 'Ada' });
    const stateOf = async () =>
      (await reader.points()).filter(({ name, value }) => name === 'px0.client.state' && value !== 0);
    const ready = { name: 'px0.client.state', attributes: { 'px0.state': 'ready' } };
    expect(await stateOf()).toEqual([{ ...ready, value: 3 }]);
    await client.close();
    await third.close();
    expect(await stateOf()).toEqual([{ ...ready, value: 1 }]);
    expect(await reader.points()).toContainEqual({ name: 'px0.client.prompts', attributes: {}, value: 2 });
  });

  it('name the first 200 prompts only', async () => {
    const client = remote({ cache: false, host: 'http://127.0.0.1:1' });
    const slugs = Array.from({ length: 202 }, (_, index) => `p${index}`);
    for (const slug of slugs) await expect(client.render(slug)).rejects.toThrow(UnreachableError);
    const renders = (await reader.points()).filter(({ name }) => name === 'px0.client.renders');
    expect(renders).toHaveLength(201);
    expect(renders.find(({ attributes }) => !('gen_ai.prompt.name' in attributes))?.value).toBe(2);
  });

  it('go to a provider that is registered after the client was made', async () => {
    metrics.disable();
    const client = held();
    await client.render('greeting', { name: 'Ada' });
    reader = new Reader();
    metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
    await client.render('greeting', { name: 'Ada' });
    const renders = (await reader.points()).filter(({ name }) => name === 'px0.client.renders');
    expect(renders).toMatchObject([{ value: 1 }]);
  });
});
