/** One cause is one notification: a real Alertmanager, with px0's configuration, is given the alerts that each cause raises. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@px0/local-platform';
import { eventually, temporaryFolder } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { hasTool, runTool, startTool } from './debian-tools.ts';
import { root, yamlOf } from './observability-files.ts';

const configuration = join(root, 'deploy/alertmanager/alertmanager.yml');

/** Which alerts fire together, as `promtool test rules` has found. */
const causesSchema = z.object({
  tests: z.array(
    z.object({
      name: z.string(),
      promql_expr_test: z.array(z.object({ exp_samples: z.array(z.object({ labels: z.string() })) })),
    }),
  ),
});

const causes = causesSchema
  .parse(yamlOf('deploy/prometheus/tests/causes.test.yml'))
  .tests.map(({ name, promql_expr_test }) => ({
    name,
    cause: name.split(':')[0] ?? '',
    alerts: promql_expr_test.flatMap(({ exp_samples }) => exp_samples.map(({ labels }) => labelsOf(labels))),
  }));

/** Labels of `ALERTS{…}`, without the state that Prometheus adds there. */
function labelsOf(series: string): Record<string, string> {
  const labels = Array.from(series.matchAll(/(\w+)="([^"]*)"/g), ([, name = '', value = '']) => [
    name,
    value,
  ]);
  return Object.fromEntries(labels.filter(([name]) => name !== 'alertstate'));
}

const answerSchema = z.array(z.object({ labels: z.record(z.string(), z.string()) }));

describe.skipIf(!(await hasTool('prometheus-alertmanager')))('Alertmanager', () => {
  let folder: string;
  let url: string;
  let server: ChildProcess;

  beforeAll(async () => {
    folder = await temporaryFolder('alertmanager');
    const address = `127.0.0.1:${await freePort()}`;
    url = `http://${address}/api/v2/alerts`;
    server = startTool('prometheus-alertmanager', [
      `--config.file=${configuration}`,
      `--storage.path=${folder}`,
      `--web.listen-address=${address}`,
      '--cluster.listen-address=',
    ]);
    await eventually(async () => (await fetch(`http://${address}/-/ready`)).ok, { what: 'Alertmanager' });
  });

  afterAll(async () => {
    if (server.exitCode === null) {
      const ended = once(server, 'exit');
      server.kill();
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  });

  async function put(alerts: readonly Record<string, string>[], endsAt: Date): Promise<void> {
    const body = JSON.stringify(
      alerts.map((labels) => ({ labels, startsAt: new Date(Date.now() - 60_000), endsAt })),
    );
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(200);
  }

  /** Names of the alerts that are sent to people, or of all. */
  async function shown(query: string): Promise<string[]> {
    const alerts = answerSchema.parse(await (await fetch(`${url}?${query}`)).json());
    return alerts.map(({ labels }) => labels['alertname'] ?? '').toSorted();
  }

  it('accepts the configuration', async () => {
    if (await hasTool('amtool')) await runTool('amtool', 'check-config', configuration);
  });

  it.each(causes)('sends one alert of all that a cause raises: $name', async ({ cause, alerts }) => {
    expect(alerts.length).toBeGreaterThan(3);
    await put(alerts, new Date(Date.now() + 3_600_000));
    await expect.poll(() => shown('inhibited=false')).toEqual([cause]);
    expect(await shown('')).toHaveLength(alerts.length);
    await put(alerts, new Date());
    await expect.poll(() => shown('')).toEqual([]);
  });

  it('sends the symptoms when nothing is known that causes them', async () => {
    const symptoms = causes.flatMap(({ alerts }) => alerts.filter((labels) => labels['cause'] === undefined));
    const names = symptoms.map((labels) => JSON.stringify(labels));
    await put(symptoms, new Date(Date.now() + 3_600_000));
    await expect.poll(async () => (await shown('inhibited=false')).length).toBe(new Set(names).size);
  });
});
