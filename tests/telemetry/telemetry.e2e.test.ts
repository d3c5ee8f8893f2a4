/**
 * What an operator sees of a running platform: one trace through every service, logs that carry its id, and every metric that a dashboard or
 * rule asks for. Five real processes, and then a relay of them, export to a receiver of the test's own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CALLER_SAMPLED_ATTRIBUTE,
  libraryMetricCatalog,
  type MetricDefinition,
  metricCatalog,
  prometheusLabel,
  prometheusSeries,
  relayMetricCatalog,
} from '@px0/service-kit';
import {
  eventually,
  freePort,
  startTestPlatform,
  type TestPlatform,
  temporaryFolder,
  whenReady,
} from '@px0/testing';
import { World } from '@px0/testing/world';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foreignMetrics } from '../../scripts/dashboards/foreign-metrics.ts';
import { GovernedTeam } from './governed-team.ts';
import { allExpressions, prometheusRules } from './observability-files.ts';
import { OtlpReceiver, type ReceivedSpan } from './otlp-receiver.ts';
import { askedBy } from './promql.ts';

const PATIENCE = { timeoutMs: 60_000, intervalMs: 200 };

/** The trace that the test's client has begun. */
const traceId = randomBytes(16).toString('hex');
const clientSpan = randomBytes(8).toString('hex');

let receiver: OtlpReceiver;
let platform: TestPlatform;
let rendered: string;
let relay: ChildProcess | undefined;
let relayFolder: string | undefined;

/** What processes of an installation with a relay measure. */
const catalog = { ...metricCatalog, ...relayMetricCatalog };

beforeAll(async () => {
  receiver = await OtlpReceiver.start();
  // Nothing listens there: requests do not need Redis, and the metric is there all the same.
  const env = { ...receiver.environment, USAGE_FLUSH_MS: '200', REDIS_URL: 'redis://127.0.0.1:1' };
  platform = await startTestPlatform({ env });
  const world = new World(platform, { traceparent: `00-${traceId}-${clientSpan}-01` });
  rendered = await world.chain();
}, 120_000);

afterAll(async () => {
  if (relay !== undefined && relay.exitCode === null) {
    const ended = once(relay, 'exit');
    relay.kill();
    await ended;
  }
  if (relayFolder !== undefined) await rm(relayFolder, { recursive: true, force: true });
  await platform?.stop();
  await receiver?.close();
}, 60_000);

/** A relay of the platform as its image runs it, with a key that renders. */
async function startRelay(): Promise<string> {
  const { key } = await new World(platform).account();
  relayFolder = await temporaryFolder('relay');
  const port = await freePort();
  relay = spawn(process.execPath, ['--import', '@px0/service-kit/telemetry', 'src/main.ts'], {
    cwd: join(import.meta.dirname, '..', '..', 'services', 'render'),
    env: {
      ...process.env,
      ...receiver.environment,
      PORT: String(port),
      PX0_UPSTREAM: platform.gatewayUrl,
      PX0_UPSTREAM_KEY: key.token,
      RELAY_STATE_DIR: relayFolder,
    },
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${port}`;
  // It listens some time after it was started.
  await eventually(() => fetch(`${url}/healthz`).then(({ ok }) => ok), { ...PATIENCE, what: 'the relay' });
  await whenReady(url);
  return url;
}

const spansOfTrace = (): ReceivedSpan[] => receiver.spans.filter((span) => span.traceId === traceId);

/** The names of a span and of all above it, with their services, from below. */
function wayUp(span: ReceivedSpan): string[] {
  const parent = spansOfTrace().find(({ spanId }) => spanId === span.parentSpanId);
  return [`${span.service}: ${span.name}`, ...(parent === undefined ? [] : wayUp(parent))];
}

/**
 * Waits until one of the spans named first has exactly these above it. A service exports by its own clock, so a way is whole some time after
 * its first span; and several requests may cause a span of that name.
 */
async function expectWay(expected: readonly string[]): Promise<void> {
  await eventually(
    () => {
      const ways = spansOfTrace()
        .filter(({ service, name }) => `${service}: ${name}` === expected[0])
        .map(wayUp);
      expect(ways).toContainEqual(expected);
      return true;
    },
    { ...PATIENCE, what: `the way from ${expected[0]} to the gateway` },
  );
}

describe('the trace of a journey from registration to render', () => {
  it('is one, in which every span has its parent', async () => {
    expect(rendered).toBe('Hello, Ada!');
    await eventually(() => {
      const spans = spansOfTrace();
      const known = new Set([clientSpan, ...spans.map(({ spanId }) => spanId)]);
      const services = new Set(spans.map(({ service }) => service));
      return services.size === 5 && spans.every(({ parentSpanId }) => known.has(parentSpanId));
    }, PATIENCE);
  });

  it('is marked as its caller’s where it comes in, for the Collector to keep it', async () => {
    await eventually(
      () =>
        spansOfTrace().some(
          ({ service, attributes }) =>
            service === 'gateway' && attributes[CALLER_SAMPLED_ATTRIBUTE] === 'true',
        ),
      PATIENCE,
    );
  });

  it('leads from a promotion through its SQL and the stream to the render process', async () => {
    const promote = 'POST /v1/prompts/{id}/versions/{version}/promote';
    const throughGateway = [`prompt-registry: ${promote}`, 'gateway: POST', `gateway: ${promote}`];
    const promotionSql = (): Set<string> =>
      new Set(
        spansOfTrace()
          .filter((span) => span.service === 'prompt-registry' && wayUp(span).at(1) === throughGateway[0])
          .map(({ name }) => name),
      );
    await eventually(
      () => new Set(['BEGIN', 'SELECT', 'WITH', 'INSERT', 'COMMIT']).isSubsetOf(promotionSql()),
      { ...PATIENCE, what: 'the SQL of the promotion' },
    );
    await expectWay([
      'render: apply px0.state.registry.prompt',
      'prompt-registry: publish px0.state.registry.prompt',
      ...throughGateway,
    ]);
  });

  it('shows one event in the projection of every service that keeps its entity', async () => {
    for (const service of ['identity', 'tenancy', 'prompt-registry', 'render']) {
      await expectWay([
        `${service}: apply px0.state.identity.user`,
        'identity: publish px0.state.identity.user',
        'identity: POST /v1/auth/register',
        'gateway: POST',
        'gateway: POST /v1/auth/register',
      ]);
    }
  });

  it('goes on through a saga to what others make of that', async () => {
    await expectWay([
      'render: apply px0.state.tenancy.team',
      'tenancy: publish px0.state.tenancy.team',
      'tenancy: react px0.state.identity.user',
      'identity: publish px0.state.identity.user',
      'identity: POST /v1/auth/register',
      'gateway: POST',
      'gateway: POST /v1/auth/register',
    ]);
  });

  it('has one span in the render process for a render, with its prompt, version, kind and status', async () => {
    const render = 'POST /v1/prompts/{slug}/render';
    await expectWay([`render: ${render}`, 'gateway: POST', `gateway: ${render}`]);
    const spans = spansOfTrace().filter(({ service, name }) => service === 'render' && name === render);
    expect(spans.map(({ attributes }) => attributes)).toEqual([
      expect.objectContaining({
        'http.response.status_code': '200',
        'px0.prompt.version': '1',
        'px0.prompt.kind': 'text',
      }),
    ]);
  });

  it('begins with requests only: nothing that runs by the clock makes a trace', () => {
    const strangers = receiver.spans.filter((span) => span.traceId !== traceId);
    expect(strangers.map(({ service, name }) => `${service}: ${name}`)).toEqual([]);
    expect(receiver.refused).toEqual([]);
  });
});

describe('the logs', () => {
  it('carry the trace of the request that they are about', () => {
    const folder = join(platform.home, 'logs');
    const lines = readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
    const ofTrace = lines.filter((line) => line.includes(`"trace_id":"${traceId}"`));
    for (const route of ['/v1/auth/register', '/v1/me/teams', '/v1/prompts/{id}/versions']) {
      const line = ofTrace.find((candidate) => candidate.includes(`"route":"${route}"`));
      expect(line, route).toMatch(/"span_id":"[0-9a-f]{16}"/);
    }
  });
});

describe('the metrics', () => {
  // Behind the traces: what follows is asked for outside of the one that the test has begun.
  beforeAll(async () => {
    await startRelay();
    const team = await GovernedTeam.start(new World(platform));
    expect(await team.change()).toEqual([409, 'change request required: Reviewed']);
  }, 120_000);

  it('of a relay are those of a program of its own, not of a render process', async () => {
    const connected = relayMetricCatalog.relayConnected.name;
    const values = () => [...(receiver.metrics.get(connected)?.values.values() ?? [])];
    // The first export may come before the relay follows its upstream.
    await eventually(() => values().length === 1 && values()[0] === 1, { ...PATIENCE, what: connected });
    const servicesOf = (name: string) => [...(receiver.metrics.get(name)?.services ?? [])];
    for (const { name } of Object.values(relayMetricCatalog))
      expect(servicesOf(name), name).toEqual(['relay']);
    expect(servicesOf(metricCatalog.deliveryStreams.name).toSorted()).toEqual(['relay', 'render']);
    expect(servicesOf(metricCatalog.projectionReady.name)).not.toContain('relay');
  });

  it.each(Object.values<MetricDefinition>({ ...catalog, ...libraryMetricCatalog }))(
    'have $name as the catalogue declares it',
    async ({ name, kind, unit, attributes }) => {
      const metric = await eventually(() => receiver.metrics.get(name), { ...PATIENCE, what: name });
      expect(metric).toMatchObject({ kind, unit });
      expect([...metric.attributes]).toEqual(expect.arrayContaining([...attributes]));
    },
  );

  it('contain nothing of px0 that the catalogue does not declare', () => {
    const declared = new Set<string>(Object.values(catalog).map(({ name }) => name));
    const own = [...receiver.metrics.keys()].filter((name) => name.startsWith('px0.'));
    expect(own.filter((name) => !declared.has(name))).toEqual([]);
  });

  it('tell of the audit in every service that keeps one', async () => {
    const services = (name: string) => [...(receiver.metrics.get(name)?.services ?? [])].toSorted();
    for (const { name } of [catalog.auditUnsealed, catalog.auditSealLag])
      await eventually(() => services(name).length >= 3, { ...PATIENCE, what: name }).then(() =>
        expect(services(name), name).toEqual(['identity', 'prompt-registry', 'tenancy']),
      );
  });

  it('measure HTTP in every service, by route', async () => {
    await eventually(
      () => receiver.metrics.get(metricCatalog.httpServerDuration.name)?.services.size === 6,
      PATIENCE,
    );
  });
});

describe('the dashboards and rules', () => {
  it('ask for metrics that services really emit, or that a foreign exporter is known for', async () => {
    const ready = Object.values<MetricDefinition>({ ...catalog, ...libraryMetricCatalog });
    await eventually(() => ready.every(({ name }) => receiver.metrics.has(name)), PATIENCE);
    const existing = new Set<string>([
      ...[...receiver.metrics.values()].flatMap((metric) => prometheusSeries(metric)),
      ...foreignMetrics.flatMap(({ names }) => names),
      ...prometheusRules().flatMap(({ record }) => record ?? []),
    ]);
    const missing = allExpressions().flatMap(({ where, expr }) =>
      askedBy(expr)
        .metrics.filter((name) => !existing.has(name))
        .map((name) => `${where}: ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it('select and group px0’s own metrics by labels that they have', () => {
    const own = new Map(
      [...receiver.metrics.values()].flatMap((metric) =>
        prometheusSeries(metric).map((name) => [name, [...metric.attributes].map(prometheusLabel)] as const),
      ),
    );
    const always = ['job', 'instance', 'le'];
    const wrong = allExpressions().flatMap(({ where, expr }) => {
      const { metrics, labels } = askedBy(expr);
      if (!metrics.every((name) => own.has(name))) return [];
      const known = new Set([...always, ...metrics.flatMap((name) => own.get(name) ?? [])]);
      return labels.filter((label) => !known.has(label)).map((label) => `${where}: ${label}`);
    });
    expect(wrong).toEqual([]);
  });
});
