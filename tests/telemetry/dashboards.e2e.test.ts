/**
 * Every query of every dashboard, evaluated by a real Prometheus that scrapes the real Collector (`npm run test:dashboards`), while a platform
 * works; and what happens when a process of it dies. That each query is PromQL and asks for metrics that exist is tested without them, too
 * (`telemetry.e2e.test.ts`).
 */
import type { ChildProcess } from 'node:child_process';
import { freePort } from '@px0/local-platform';
import { eventually, startTestPlatform, type TestPlatform } from '@px0/testing';
import { World } from '@px0/testing/world';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtCollector, Collector } from './collector/collector.ts';
import { panelsWithoutData } from './collector/panels-without-data.ts';
import { Prometheus } from './collector/prometheus.ts';
import { hasTool, startTool } from './debian-tools.ts';
import { GovernedTeam } from './governed-team.ts';
import { allExpressions, dashboardExpressions } from './observability-files.ts';
import { OtlpReceiver } from './otlp-receiver.ts';

const BUILD_MS = 1_800_000;
const PATIENCE = { timeout: 120_000, interval: 1_000 };
const isWanted = process.env['PX0_REAL_COLLECTOR'] === '1' && (await hasTool('prometheus'));

/** Grafana's variables as it sets them: all services, and a window of four scrapes. */
const asked = (expression: string): string =>
  expression.replaceAll('$__rate_interval', '1m').replaceAll(/\$\w+/g, '.*');

describe.runIf(isWanted)('the dashboards and rules, with data', { timeout: 300_000 }, () => {
  const load = new AbortController();
  let sink: OtlpReceiver;
  let collector: Collector;
  let platform: TestPlatform;
  let exporter: ChildProcess | undefined;
  let prometheus: Prometheus;
  let loading: Promise<void>;

  beforeAll(async () => {
    await builtCollector();
    sink = await OtlpReceiver.start();
    collector = await Collector.start({ sink: sink.url });
    platform = await startTestPlatform({
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        // Each trace is wanted, and nothing has to be in Redis.
        PX0_TRACE_RENDER_RATIO: '1',
        REDIS_URL: 'redis://127.0.0.1:1',
      },
    });
    const postgres = await startPostgresExporter();
    prometheus = await Prometheus.start({
      'otel-collector': collector.metricsAddress,
      ...(postgres === undefined ? {} : { postgres }),
    });
    loading = work();
    // Two readings of what the processes exported under load, and a recorded one.
    for (const expression of ['sum(rate(px0_render_count_total[1m])) > 0', 'count(px0:renders:rate1m > 0)'])
      await eventually(async () => (await prometheus.values(expression)).length > 0, {
        timeoutMs: PATIENCE.timeout,
        intervalMs: PATIENCE.interval,
        what: expression,
      });
  }, BUILD_MS);

  afterAll(async () => {
    load.abort();
    await loading?.catch(() => undefined);
    await prometheus?.stop();
    exporter?.kill();
    await platform?.stop();
    await collector?.stop();
    await sink?.close();
  });

  async function startPostgresExporter(): Promise<string | undefined> {
    if (!(await hasTool('prometheus-postgres-exporter'))) return undefined;
    const address = `127.0.0.1:${await freePort()}`;
    const url = new URL(platform.databaseUrl);
    url.searchParams.set('sslmode', 'disable');
    exporter = startTool('prometheus-postgres-exporter', [`--web.listen-address=${address}`], {
      env: { ...process.env, DATA_SOURCE_NAME: url.href },
      stdio: 'ignore',
    });
    return address;
  }

  /** What teams do all day: they write, promote and render, one reviews, and an application holds prompts. */
  async function work(): Promise<void> {
    const world = new World(platform);
    const { team, key } = await world.account();
    const prompt = await world.prompt(key, team, 'Hello, {{.name}}!');
    const reviewing = await GovernedTeam.start(world);
    const stream = await fetch(`${platform.gatewayUrl}/v1/delivery/stream`, {
      headers: { authorization: `Bearer ${key.token}`, accept: 'text/event-stream' },
      signal: load.signal,
    });
    const reading = stream.text().catch(() => undefined);
    while (!load.signal.aborted) {
      // The journey ends with a process that is stopped on purpose: what fails then is not of interest here.
      await round(world, key, prompt, team).catch(() => undefined);
      await reviewing.change().catch(() => undefined);
    }
    await reading;
  }

  async function round(
    world: World,
    key: { readonly token: string },
    prompt: { readonly id: string; readonly slug: string },
    team: string,
  ): Promise<void> {
    await world.live(key, prompt, `Hello, {{.name}}! ${Math.random()}`);
    for (let i = 0; i < 20; i++) await world.rendered(key, prompt, { name: 'Ada' });
    await world.gateway.request('GET', `/v1/teams/${team}/prompts`, { token: key.token });
    await world.gateway.request('POST', '/v1/auth/login', {
      body: { email: 'nobody@example.com', password: 'x' },
    });
  }

  it('are evaluated without an error', async () => {
    const errors: string[] = [];
    for (const { where, expr } of allExpressions())
      await prometheus
        .values(asked(expr))
        .catch((error: unknown) => errors.push(`${where}: ${String(error)}`));
    expect(errors).toEqual([]);
  });

  it('show something in every panel but those that are declared', async () => {
    const declared = (where: string) =>
      panelsWithoutData.find((one) => where === one.where || where.startsWith(`${one.where}: `));
    const empty = async (): Promise<string[]> => {
      const found: string[] = [];
      for (const { where, expr } of dashboardExpressions()) {
        const values = await prometheus.values(asked(expr));
        if (values.every((value) => Number.isNaN(value))) found.push(where);
      }
      return [...new Set(found)];
    };
    // Some need several readings, as quantiles of what is rare do.
    await expect.poll(async () => (await empty()).filter((where) => !declared(where)), PATIENCE).toEqual([]);
    for (const where of await empty()) {
      process.stdout.write(`without data: ${where} (${declared(where)?.reason})\n`);
    }
  });

  it('raise no alert while all is well, and one when the only render process is frozen', async () => {
    await expect.poll(() => prometheus.firing(), PATIENCE).toEqual(['Px0RedisDown']);
    const { pid } = platform.services.render[0] ?? {};
    if (typeof pid !== 'number') throw new Error('render does not run');
    process.kill(pid, 'SIGSTOP');
    const frozenAt = performance.now();
    try {
      await expect.poll(() => prometheus.firing(), PATIENCE).toContain('Px0RenderUnavailable');
      const seconds = Math.round((performance.now() - frozenAt) / 1_000);
      process.stdout.write(`Px0RenderUnavailable fired ${seconds} s after the process was frozen\n`);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await expect.poll(() => prometheus.firing(), PATIENCE).not.toContain('Px0RenderUnavailable');
  });
});
