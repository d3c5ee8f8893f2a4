/**
 * What the real Collector keeps of traces (`npm run test:collector`). Services and hand-made traces go to two of them at once: one with
 * px0's configuration, one without the policy for callers' traces.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { eventually, startTestPlatform, type TestPlatform } from '@px0/testing';
import { World } from '@px0/testing/world';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtCollector, Collector, validateConfiguration } from './collector/collector.ts';
import { OtlpReceiver } from './otlp-receiver.ts';

const BUILD_MS = 1_800_000;
const PATIENCE = { timeoutMs: 120_000, intervalMs: 250, what: 'the last trace' };
const COUNT = 200;

const traceIds = (count: number): string[] =>
  Array.from({ length: count }, () => randomBytes(16).toString('hex'));

/** Hands each request on to several servers: what processes export is seen by both Collectors. */
async function startTee(targets: readonly string[]): Promise<{ url: string; server: Server }> {
  const pass = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(Buffer.from(chunk));
    const headers = { 'content-type': req.headers['content-type'] ?? '' };
    const body = Buffer.concat(chunks);
    const answers = await Promise.all(
      targets.map((target) => fetch(`${target}${req.url}`, { method: 'POST', headers, body })),
    );
    res.writeHead(answers.every(({ ok }) => ok) ? 200 : 503).end();
  };
  const server = createServer((req, res) => void pass(req, res).catch(() => res.writeHead(503).end()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, server };
}

interface MadeSpan {
  readonly traceId: string;
  readonly milliseconds?: number;
  readonly isError?: boolean;
  readonly attributes?: Readonly<Record<string, string | number>>;
}

/** Exports traces of one span each, as a service would. */
async function exportSpans(url: string, spans: readonly MadeSpan[]): Promise<void> {
  const end = BigInt(Date.now()) * 1_000_000n;
  const body = {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'made' } }] },
        scopeSpans: [
          {
            scope: { name: 'test' },
            spans: spans.map(({ traceId, milliseconds = 1, isError = false, attributes = {} }) => ({
              traceId,
              spanId: randomBytes(8).toString('hex'),
              name: 'made',
              kind: 2,
              startTimeUnixNano: String(end - BigInt(milliseconds) * 1_000_000n),
              endTimeUnixNano: String(end),
              status: isError ? { code: 2 } : {},
              attributes: Object.entries(attributes).map(([key, value]) => ({
                key,
                value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
              })),
            })),
          },
        ],
      },
    ],
  };
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/v1/traces`, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(response.status).toBe(200);
}

describe.runIf(process.env['PX0_REAL_COLLECTOR'] === '1')('the Collector', () => {
  const sinks: OtlpReceiver[] = [];
  const collectors: Collector[] = [];
  const sampled = traceIds(COUNT);
  const unsampled = traceIds(COUNT);
  const slow = traceIds(20);
  const slowRenders = traceIds(20);
  const failed = traceIds(20);
  const refused = traceIds(20);
  const ordinary = traceIds(COUNT);
  let tee: Awaited<ReturnType<typeof startTee>>;
  let platform: TestPlatform;

  /** Of these traces, those that a Collector has kept. */
  const kept = (sink: OtlpReceiver | undefined, ids: readonly string[]): string[] => {
    const seen = new Set(sink?.spans.map(({ traceId }) => traceId));
    return ids.filter((id) => seen.has(id));
  };

  beforeAll(async () => {
    await builtCollector();
    sinks.push(await OtlpReceiver.start(), await OtlpReceiver.start());
    collectors.push(
      await Collector.start({ sink: sinks[0]?.url ?? '' }),
      await Collector.start({ sink: sinks[1]?.url ?? '', without: 'sampled-by-the-caller' }),
    );
    tee = await startTee(collectors.map(({ url }) => url));
    platform = await startTestPlatform({
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: tee.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_BSP_SCHEDULE_DELAY: '250',
      },
    });
    const world = new World(platform);
    const { team, key } = await world.account();
    const { slug } = await world.prompt(key, team, 'Hello!');
    const render = async (traceId: string, flags: string): Promise<void> => {
      const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-${flags}`;
      const response = await fetch(`${platform.gatewayUrl}/v1/prompts/${slug}/render`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key.token}`, 'content-type': 'application/json', traceparent },
        body: '{"variables":{}}',
      });
      expect(response.status).toBe(200);
      await response.arrayBuffer();
    };
    for (const id of sampled) await render(id, '01');
    for (const id of unsampled) await render(id, '00');
    const renderRoute = { 'http.route': '/v1/prompts/{slug}/render' };
    await exportSpans(tee.url, [
      ...slow.map((traceId) => ({ traceId, milliseconds: 600 })),
      ...slowRenders.map((traceId) => ({ traceId, milliseconds: 60, attributes: renderRoute })),
      ...failed.map((traceId) => ({ traceId, isError: true })),
      ...refused.map((traceId) => ({ traceId, attributes: { 'http.response.status_code': 503 } })),
      ...ordinary.map((traceId) => ({ traceId, milliseconds: 60 })),
    ]);
    // Both decide in the order of arrival: when they have kept this one, they have decided about all of them.
    const last = traceIds(1);
    await platform.stop();
    await exportSpans(tee.url, [{ traceId: last[0] ?? '', isError: true }]);
    for (const sink of sinks) await eventually(() => kept(sink, last).length === 1, PATIENCE);
  }, BUILD_MS);

  afterAll(async () => {
    for (const collector of collectors) await collector.stop();
    for (const sink of sinks) await sink.close();
    tee?.server.closeAllConnections();
    tee?.server.close();
  });

  it('accepts px0’s configuration, and calls nothing in it deprecated', async () => {
    await validateConfiguration();
    expect(collectors[0]?.output).not.toMatch(/deprecated/i);
  });

  it('keeps every trace that its caller samples, with the spans of gateway and render', () => {
    expect(kept(sinks[0], sampled)).toHaveLength(COUNT);
    const services = Map.groupBy(sinks[0]?.spans ?? [], ({ traceId }) => traceId);
    for (const id of sampled) {
      const names = new Set(services.get(id)?.map(({ service }) => service));
      expect(names).toEqual(new Set(['gateway', 'render']));
    }
    process.stdout.write(
      `of ${COUNT} sampled by their caller: ${kept(sinks[0], sampled).length} kept; without the policy ${kept(sinks[1], sampled).length}\n`,
    );
  });

  it('would lose some of them without the policy', () => {
    // A busy machine makes some of them slow, and those are kept.
    expect(kept(sinks[1], sampled).length).toBeLessThan(COUNT);
  });

  it('keeps a share of the others, and nothing that a caller does not sample', () => {
    for (const sink of sinks) {
      const share = kept(sink, ordinary).length;
      expect(share).toBeGreaterThan(0);
      expect(share).toBeLessThan(COUNT / 2);
      expect(kept(sink, unsampled)).toEqual([]);
    }
  });

  it('keeps all that is slow or has failed', () => {
    for (const ids of [slow, slowRenders, failed, refused]) expect(kept(sinks[0], ids)).toEqual(ids);
  });
});
