/**
 * The real Collector, built from its Go modules with the components that px0's configuration names, and run with that configuration: only
 * addresses are a test's own, and traces leave as JSON for the test instead of gRPC for Tempo. The build takes minutes and is kept.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '@px0/local-platform';
import { eventually, temporaryFolder } from '@px0/testing';
import { z } from 'zod';
import { root, yamlOf } from '../observability-files.ts';

const run = promisify(execFile);
const source = import.meta.dirname;
const BUILD_TIMEOUT_MS = 1_800_000;

/** The program's path; built with the first question, and again when its source has changed. @throws Error what Go said */
export async function builtCollector(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of ['main.go', 'go.mod', 'go.sum']) hash.update(readFileSync(join(source, name)));
  const folder = join(root, '.px0', 'tools');
  const target = join(folder, `collector-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(target)) return target;
  await mkdir(folder, { recursive: true });
  const temporary = `${target}.${process.pid}`;
  await run('go', ['build', '-trimpath', '-o', temporary, '.'], { cwd: source, timeout: BUILD_TIMEOUT_MS });
  await rename(temporary, target);
  return target;
}

/** Accepts the configuration as it lies in `deploy/`. @throws Error what the Collector said */
export async function validateConfiguration(): Promise<void> {
  const file = join(root, 'deploy/otel-collector/config.yaml');
  await run(await builtCollector(), ['validate', '--config', file]);
}

const pipelineSchema = z.looseObject({ exporters: z.array(z.string()) });
const configurationSchema = z.looseObject({
  processors: z.looseObject({
    tail_sampling: z.looseObject({ policies: z.array(z.looseObject({ name: z.string() })) }),
  }),
  exporters: z.looseObject({ prometheus: z.looseObject({}) }),
  service: z.looseObject({
    pipelines: z.looseObject({ traces: pipelineSchema }),
    telemetry: z.looseObject({}),
  }),
});

export interface CollectorOptions {
  /** Where kept traces go: an OTLP/HTTP receiver. */
  readonly sink: string;
  /** A sampling policy to leave out. */
  readonly without?: string;
}

export class Collector {
  readonly url: string;
  /** Where Prometheus scrapes: host and port. */
  readonly metricsAddress: string;
  readonly #process: ChildProcess;
  readonly #folder: string;
  #output = '';

  private constructor(url: string, metricsAddress: string, process: ChildProcess, folder: string) {
    this.url = url;
    this.metricsAddress = metricsAddress;
    this.#process = process;
    this.#folder = folder;
    process.stderr?.on('data', (text: Buffer) => {
      this.#output += text.toString();
    });
  }

  /** What it has logged. */
  get output(): string {
    return this.#output;
  }

  static async start({ sink, without }: CollectorOptions): Promise<Collector> {
    const program = await builtCollector();
    const [health, otlp, metrics] = [await freePort(), await freePort(), await freePort()];
    const configuration = configurationSchema.parse(yamlOf('deploy/otel-collector/config.yaml'));
    const { processors, exporters, service } = configuration;
    const { policies } = processors.tail_sampling;
    if (without !== undefined && !policies.some(({ name }) => name === without))
      throw new Error(`no sampling policy ${without}`);
    const local = {
      ...configuration,
      extensions: { health_check: { endpoint: `127.0.0.1:${health}` } },
      receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${otlp}` } } } },
      processors: {
        ...processors,
        tail_sampling: {
          ...processors.tail_sampling,
          policies: policies.filter(({ name }) => name !== without),
        },
      },
      exporters: {
        'otlp_http/test': { endpoint: sink, encoding: 'json', compression: 'none' },
        prometheus: { ...exporters.prometheus, endpoint: `127.0.0.1:${metrics}` },
      },
      service: {
        ...service,
        pipelines: {
          ...service.pipelines,
          traces: {
            ...service.pipelines.traces,
            exporters: service.pipelines.traces.exporters.map((name) =>
              name === 'otlp_grpc/tempo' ? 'otlp_http/test' : name,
            ),
          },
        },
        telemetry: { ...service.telemetry, metrics: { level: 'none' } },
      },
    };
    const folder = await temporaryFolder('collector');
    const file = join(folder, 'config.yaml');
    await writeFile(file, JSON.stringify(local));
    const child = spawn(program, ['--config', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    const collector = new Collector(`http://127.0.0.1:${otlp}`, `127.0.0.1:${metrics}`, child, folder);
    await eventually(
      async () => {
        if (child.exitCode !== null) throw new Error(collector.output);
        return (await fetch(`http://127.0.0.1:${health}/`)).ok;
      },
      { what: 'the Collector' },
    );
    return collector;
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
