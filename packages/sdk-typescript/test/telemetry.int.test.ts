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
import { Metrics } from '../src/telemetry/metrics.ts';
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

  it('names no prompt with what an earlier render has told of another', async () => {
    const client = held();
    await within('request', async () => {
      await client.render('greeting', { name: 'Ada' });
      const another = remote({ host: 'http://127.0.0.1:1', fallbacks: { other: 'Hi' } });
      await another.render('other');
      tracer.startSpan('model call').end();
    });
    const known = { 'gen_ai.prompt.name': 'other', 'px0.source': 'fallback', 'px0.stale': true };
    const unknown = { 'gen_ai.prompt.version': '', 'px0.prompt.id': '', 'px0.revision': '' };
    expect(spanOf('request')?.attributes).toEqual({ ...known, ...unknown, 'px0.age_ms': 0 });
    expect(spanOf('model call')?.attributes).toEqual({ ...known, 'px0.age_ms': 0 });
  });

  it('is left alone by a render that fails', async () => {
    const client = held();
    await within('request', () => expect(client.render('nothing')).rejects.toThrow(NotFoundError));
    expect(spanOf('request')).toMatchObject({ attributes: {}, events: [], status: {} });
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
    await within('request', async () => {
      await held().render('greeting', { name: 'Ada' });
      await expect(client.render('nothing')).rejects.toThrow(NotFoundError);
    });
    const own = spanOf('px0.render');
    // Nothing of the render before, either.
    expect(own?.attributes).toEqual({ 'gen_ai.prompt.name': 'nothing', 'px0.outcome': 'not_found' });
    expect(own?.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(own?.events).toEqual([]);
  });
});

describe('the span processor', () => {
  it('names the prompt on the model call, which OpenTelemetry’s own instrumentation of OpenAI makes, streaming or not', async () => {
    await using providers = await PlayedProviders.start();
    const instrumentation = new OpenAIInstrumentation();
    instrumentation.setTracerProvider(provider);
    instrumentation.setMeterProvider(metrics.getMeterProvider());
    const { OpenAI } = createRequire(import.meta.url)('openai');
    const openai = new OpenAI({ baseURL: `${providers.host}/v1`, apiKey: 'none', maxRetries: 0 });
    const client = held();
    let told = '';
    const call = async (slug: string, stream: boolean) => {
      const { text } = await client.render(slug, { name: 'Ada' });
      const messages = [{ role: 'user', content: text }];
      const model = `${slug}-${stream}`;
      const answer = await openai.chat.completions.create({ model, messages, stream });
      // Its span ends with the stream.
      if (stream) for await (const { choices } of answer) told += choices[0].delta.content ?? '';
    };
    await within('request', async () => {
      for (const stream of [false, true])
        for (const slug of ['greeting', 'farewell']) await call(slug, stream);
    });
    instrumentation.disable();
    expect(told).toBe('openai gives answer 3openai gives answer 4');
    for (const stream of [false, true]) {
      for (const slug of ['greeting', 'farewell']) {
        expect(spanOf(`chat ${slug}-${stream}`)?.attributes).toMatchObject({
          'gen_ai.request.model': `${slug}-${stream}`,
          'gen_ai.prompt.name': slug,
          'gen_ai.prompt.version': '1',
          'px0.source': 'stream',
        });
      }
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
      const http = { 'http.request.method': 'GET' };
      tracer.startSpan('GET', { kind: SpanKind.CLIENT, attributes: http }).end();
      tracer.startSpan('send', { kind: SpanKind.PRODUCER }).end();
      const model = { 'gen_ai.system': 'played', 'rpc.system': 'aws-api' };
      tracer.startSpan('model by rpc', { kind: SpanKind.CLIENT, attributes: model }).end();
    });
    expect(spanOf('send')?.attributes).toEqual({});
    expect(spanOf('model by rpc')?.attributes).toMatchObject(PROMPT);
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
        { name: 'px0.client.renders', attributes: { 'px0.outcome': 'invalid' }, value: 1 },
        { name: 'px0.client.render.duration', attributes: ok, value: 2 },
        { name: 'px0.client.state', attributes: { 'px0.state': 'ready' }, value: 1 },
        { name: 'px0.client.state', attributes: { 'px0.state': 'stale' }, value: 0 },
        { name: 'px0.client.staleness', attributes: {}, value: 0 },
        { name: 'px0.client.prompts', attributes: {}, value: 2 },
        { name: 'px0.client.repairs', attributes: {}, value: 0 },
      ]),
    );
    const states = points.filter(({ name }) => name === 'px0.client.state');
    expect(states.map(({ attributes }) => Object.values(attributes)[0])).toEqual([
      ...['initializing', 'ready', 'stale', 'offline', 'refused'],
    ]);
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
    for (const slug of slugs) {
      // What fails takes no place.
      await expect(client.render(`x${slug}`)).rejects.toThrow(UnreachableError);
      await client.render(slug, {}, { fallback: 'Hi' });
    }
    const renders = (await reader.points()).filter(({ name }) => name === 'px0.client.renders');
    expect(renders).toHaveLength(202);
    const outcome = { 'px0.outcome': 'ok', 'px0.source': 'fallback' };
    const unnamed = renders.filter(({ attributes }) => !('gen_ai.prompt.name' in attributes));
    expect(unnamed.map(({ attributes, value }) => ({ ...attributes, value }))).toEqual(
      expect.arrayContaining([
        { 'px0.outcome': 'unreachable', value: 202 },
        { ...outcome, value: 2 },
      ]),
    );
  });

  it('go on counting the repairs of clients that are closed', async () => {
    const status = (repairs: number) => () => ({ ...held().status(), repairs });
    const [first, second] = [new Metrics(status(2)), new Metrics(status(3))];
    for (const each of [first, second]) each.use(metrics.getMeterProvider());
    const repairs = async () =>
      (await reader.points()).find(({ name }) => name === 'px0.client.repairs')?.value;
    expect(await repairs()).toBe(5);
    first.close();
    expect(await repairs()).toBe(5);
    second.close();
    first.close();
    expect(await repairs()).toBe(5);
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
