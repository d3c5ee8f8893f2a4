/** The programs that measure, one for each language on this machine. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { WORKLOADS } from '../../packages/template/bench/workloads.ts';
import { ROOT } from '../lib/program.ts';
import { goProgram, pythonEnvironment } from '../lib/sdk-programs.ts';

/** A line that a program prints. */
export interface Measurement {
  readonly workload: string;
  readonly engine: string;
  readonly p50_us: number;
  readonly p99_us: number;
  readonly ratio: number;
}

export interface MeasuringProgram {
  readonly language: string;
  readonly measure: () => Promise<Measurement[]>;
}

const WHOLE_RENDERS = join(import.meta.dirname, 'whole-renders.ts');
const COUNTED_RENDERS = join(import.meta.dirname, 'counted-renders.ts');

/** Nunjucks is Jinja's language as far as the workloads go. */
const INPUT = WORKLOADS.map(({ name, go, nunjucks, data }) =>
  JSON.stringify({ name, template: go, jinja2: nunjucks, data }),
).join('\n');

/** Builds and installs what is needed; says on the terminal which language is not here. */
export async function programs(): Promise<MeasuringProgram[]> {
  const typescript = join(ROOT, 'packages/template/bench/beside-handlebars.ts');
  const all: MeasuringProgram[] = [
    { language: 'TypeScript', measure: () => measure(process.execPath, [typescript]) },
    { language: 'TypeScript', measure: () => measure(process.execPath, [WHOLE_RENDERS]) },
    { language: 'TypeScript', measure: () => measure(process.execPath, [COUNTED_RENDERS]) },
  ];
  for (const [language, prepare] of [
    ['Python', python],
    ['Go', go],
  ] as const) {
    try {
      const [program, args] = await prepare();
      all.push({ language, measure: () => measure(program, args) });
    } catch (error) {
      console.log(`not measured: ${language}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return all;
}

async function python(): Promise<[program: string, args: readonly string[]]> {
  return [await pythonEnvironment(), [join(ROOT, 'packages/sdk-python/bench/template_speed.py')]];
}

async function go(): Promise<[program: string, args: readonly string[]]> {
  return [await goProgram('templatebench'), ['-']];
}

/** Runs a program to its end, with the workloads as its input. */
async function measure(program: string, args: readonly string[]): Promise<Measurement[]> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const written: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => written.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${INPUT}\n`);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
  const lines = Buffer.concat(written).toString().trimEnd().split('\n');
  return lines.map((line): Measurement => JSON.parse(line));
}
