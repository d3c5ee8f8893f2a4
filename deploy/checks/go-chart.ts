/** The chart as Helm would render it, by Go's own templates (`chart-renderer`): seconds where Helm takes minutes to build. */
import { execFile, execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import { chartFolder, type Renderer } from './helm.ts';
import { type Resource, resourcesOf } from './kustomize.ts';

const run = promisify(execFile);
const notes = 'templates/NOTES.txt';
const mapping = z.record(z.string(), z.unknown());
const chartSchema = z.object({ name: z.string(), version: z.string(), appVersion: z.string() });

export function hasGo(): boolean {
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export class GoChart implements Renderer {
  readonly #program: string;

  private constructor(program: string) {
    this.#program = program;
  }

  static async build(): Promise<GoChart> {
    const program = join(await mkdtemp(join(tmpdir(), 'px0-chart-')), 'renderer');
    await run('go', ['build', '-o', program, join(import.meta.dirname, 'chart-renderer', 'main.go')]);
    return new GoChart(program);
  }

  async close(): Promise<void> {
    await rm(dirname(this.#program), { recursive: true, force: true });
  }

  /** Renders the chart. @throws Error what a template said */
  async template(files: readonly string[], values: object = {}): Promise<Resource[]> {
    const { [notes]: _, ...texts } = await this.#render(files, values);
    return Object.values(texts).flatMap(resourcesOf);
  }

  /** What Helm says after it has installed the chart. */
  async notes(files: readonly string[], values: object = {}): Promise<string> {
    return (await this.#render(files, values))[notes] ?? '';
  }

  async #render(files: readonly string[], values: object): Promise<Record<string, string>> {
    const { name, version, appVersion } = chartSchema.parse(parsed('Chart.yaml'));
    const all = [parsed('values.yaml'), ...files.map(parsed), mapping.parse(values)];
    const input = {
      templates: Object.fromEntries(
        globSync('templates/**/*.{yaml,tpl,txt}', { cwd: chartFolder }).map((path) => [
          path,
          readFileSync(join(chartFolder, path), 'utf8'),
        ]),
      ),
      data: {
        Values: all.reduce(merged, {}),
        Release: { Name: 'px0', Namespace: 'px0', Service: 'Helm' },
        Chart: { Name: name, Version: version, AppVersion: appVersion },
      },
    };
    const running = run(this.#program, [], { maxBuffer: 64 * 1024 * 1024 });
    running.child.stdin?.end(JSON.stringify(input));
    const { stdout } = await running;
    return z.record(z.string(), z.string()).parse(JSON.parse(stdout));
  }
}

function parsed(file: string): Record<string, unknown> {
  return mapping.parse(parse(readFileSync(join(chartFolder, file), 'utf8')));
}

/** As Helm merges values: mappings by key, and null takes a key away. */
function merged(under: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const result = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const [below, above] = [mapping.safeParse(result[key]).data, mapping.safeParse(value).data];
    if (value === null) delete result[key];
    else result[key] = below !== undefined && above !== undefined ? merged(below, above) : value;
  }
  return result;
}
