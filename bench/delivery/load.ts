/** State files in the three languages: how long many prompts take, against their JSON alone, and a start with everything down. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../lib/program.ts';
import { goProgram, pythonEnvironment } from '../lib/sdk-programs.ts';
import { quantile } from '../lib/statistics.ts';
import { comparison, figure, type Row } from './row.ts';
import { NOWHERE, writeStateFile } from './state-file.ts';

const MOST_TO_PARSING = 1.5;
const MOST_COLD_MS: Readonly<Record<string, number>> = { TypeScript: 50, Python: 150, Go: 50 };

/** What a program prints. */
interface Times {
  readonly cpu_ms: number;
  readonly wall_ms: number;
}

type Way = 'parse' | 'file' | 'stream';
type Run = (way: Way, path: string) => Promise<Times>;

/** `npm run bench:delivery load`: a large file. */
export async function load({ prompts = 100_000, rounds = 7 } = {}): Promise<Row[]> {
  const rows: Row[] = [];
  await withStateFile(prompts, async (path) => {
    for (const [language, run] of await languages()) {
      const [parse, file]: [Times[], Times[]] = [[], []];
      for (let round = 0; round < rounds; round += 1) {
        parse.push(await run('parse', path));
        file.push(await run('file', path));
      }
      rows.push(
        comparison({
          measured: `${prompts} prompts from a state file, ${language}, processor time`,
          unit: 'ms',
          px0: file.map(({ cpu_ms }) => cpu_ms),
          against: 'its lines as JSON',
          baseline: parse.map(({ cpu_ms }) => cpu_ms),
          atMost: MOST_TO_PARSING,
        }),
        comparison({
          measured: `${prompts} prompts from a state file, ${language}, by the clock`,
          unit: 'ms',
          px0: file.map(({ wall_ms }) => wall_ms),
          against: 'its lines as JSON',
          baseline: parse.map(({ wall_ms }) => wall_ms),
        }),
      );
    }
  });
  return rows;
}

/** `npm run bench:delivery cold`: px0 is away, and a new process has its file. */
export async function cold({ prompts = 1_000, rounds = 21 } = {}): Promise<Row[]> {
  const rows: Row[] = [];
  await withStateFile(prompts, async (path) => {
    for (const [language, run] of await languages()) {
      const times: Times[] = [];
      for (let round = 0; round < rounds; round += 1) times.push(await run('stream', path));
      const cpu = times.map(({ cpu_ms }) => cpu_ms);
      const atMost = MOST_COLD_MS[language];
      rows.push(
        figure({
          measured: `first render from a state file of ${prompts} with px0 down, ${language}`,
          unit: 'ms',
          values: times.map(({ wall_ms }) => wall_ms),
          ...(atMost !== undefined && { atMost }),
          beside: `processor time: ${quantile(cpu, 0.5).toFixed(0)} ms`,
        }),
      );
    }
  });
  return rows;
}

async function withStateFile(prompts: number, use: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'px0-bench-load-'));
  try {
    const path = join(folder, 'state');
    await writeStateFile(path, prompts);
    await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function languages(): Promise<[language: string, run: Run][]> {
  const all: [string, Run][] = [
    ['TypeScript', runnerOf(process.execPath, [join(import.meta.dirname, 'programs/load.ts')])],
  ];
  const others = {
    Python: async () =>
      runnerOf(await pythonEnvironment(), [join(ROOT, 'packages/sdk-python/bench/load_speed.py')]),
    Go: async () => runnerOf(await goProgram('loadbench'), []),
  };
  for (const [language, prepare] of Object.entries(others)) {
    try {
      all.push([language, await prepare()]);
    } catch (error) {
      console.log(`not measured: ${language}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return all;
}

function runnerOf(program: string, args: readonly string[]): Run {
  return async (way, path) => {
    const { stdout } = await promisify(execFile)(program, [...args, way, path, NOWHERE]);
    return JSON.parse(stdout);
  };
}
