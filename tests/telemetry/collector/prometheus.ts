/** A real Prometheus with px0's configuration and rules, which scrapes a test's Collector and exporters in place of those of compose. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@px0/local-platform';
import { eventually, temporaryFolder } from '@px0/testing';
import { z } from 'zod';
import { startTool } from '../debian-tools.ts';
import { root, ruleFiles, yamlOf } from '../observability-files.ts';

const configurationSchema = z.looseObject({
  global: z.looseObject({ external_labels: z.looseObject({}) }),
  scrape_configs: z.array(z.looseObject({ job_name: z.string() })),
});

const answerSchema = z.object({
  status: z.string(),
  error: z.string().optional(),
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }).optional(),
});

const alertsSchema = z.object({
  data: z.object({
    alerts: z.array(z.object({ labels: z.record(z.string(), z.string()), state: z.string() })),
  }),
});

export class Prometheus {
  readonly #url: string;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(url: string, process: ChildProcess, folder: string) {
    this.#url = url;
    this.#process = process;
    this.#folder = folder;
  }

  /** `targets` are addresses by the name of the job that scrapes them; jobs without one are left out. */
  static async start(targets: Readonly<Record<string, string>>): Promise<Prometheus> {
    const { global, scrape_configs } = configurationSchema.parse(yamlOf('deploy/prometheus/prometheus.yml'));
    const folder = await temporaryFolder('prometheus');
    const local = {
      global,
      rule_files: ruleFiles.map((file) => join(root, file)),
      scrape_configs: scrape_configs.flatMap((job) => {
        const target = targets[job.job_name];
        return target === undefined ? [] : [{ ...job, static_configs: [{ targets: [target] }] }];
      }),
    };
    const file = join(folder, 'prometheus.yml');
    await writeFile(file, JSON.stringify(local));
    const address = `127.0.0.1:${await freePort()}`;
    const child = startTool('prometheus', [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--enable-feature=exemplar-storage',
    ]);
    await eventually(async () => (await fetch(`http://${address}/-/ready`)).ok, { what: 'Prometheus' });
    return new Prometheus(`http://${address}`, child, folder);
  }

  /** The values of an expression now. @throws Error what Prometheus says against the expression */
  async values(expression: string): Promise<number[]> {
    const response = await fetch(`${this.#url}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query: expression }),
    });
    const { status, error, data } = answerSchema.parse(await response.json());
    if (status !== 'success') throw new Error(error ?? status);
    return (data?.result ?? []).map(({ value }) => Number(value[1]));
  }

  /** Names of the alerts that fire. */
  async firing(): Promise<string[]> {
    const answer = await fetch(`${this.#url}/api/v1/alerts`);
    const { alerts } = alertsSchema.parse(await answer.json()).data;
    return alerts.flatMap(({ labels, state }) => (state === 'firing' ? [labels['alertname'] ?? ''] : []));
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.kill();
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}
