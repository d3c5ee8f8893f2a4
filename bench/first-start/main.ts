/**
 * npm run bench:first-start [-- commit rounds]: the first start of a fresh clone with an empty npm cache, of an older commit and of the present tree
 * in turns: until it is ready and a render is answered right, until npm is done, processor time of all processes, and the size of node_modules.
 * The documentation, which follows in the background, is not counted. It prints a table and writes bench/results/first-start.json.
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@px0/local-platform';
import { ROOT } from '../lib/program.ts';
import { quantile } from '../lib/statistics.ts';
import { processorSeconds } from './process-tree.ts';

/** The last commit that installed everything before it started. */
const BASELINE = 'c92cb97a';
const LONGEST_START_MS = 600_000;

interface FirstStart {
  readonly build: string;
  readonly readySeconds: number;
  readonly npmSeconds: number;
  readonly processorSeconds: number;
  readonly megabytes: number;
  readonly files: number;
}

const [commit = BASELINE, rounds = '2'] = process.argv.slice(2);
const work = join(ROOT, '.px0', 'bench');
mkdirSync(work, { recursive: true });
const folder = mkdtempSync(join(work, 'first-start-'));
const started: FirstStart[] = [];
try {
  for (let round = 0; round < Number(rounds); round += 1) {
    const turn = [commit, 'present'];
    if (round % 2 === 1) turn.reverse();
    for (const build of turn) started.push(await firstStart(build));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
report();

async function firstStart(build: string): Promise<FirstStart> {
  const clone = join(folder, 'clone');
  const cache = join(folder, 'npm-cache');
  for (const path of [clone, cache]) rmSync(path, { recursive: true, force: true });
  placeFiles(build, clone);
  const home = join(clone, '.px0');
  const port = await freePort();
  const environment = {
    ...personsEnvironment(),
    npm_config_cache: cache,
    PX0_HOME: home,
    PX0_PORT: String(port),
  };
  const startedAt = performance.now();
  const child = spawn('npm', ['start'], {
    cwd: clone,
    env: { ...environment, DOCS_DIRECTORY: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  try {
    while (!output.includes('px0 is ready')) {
      if (child.exitCode !== null || performance.now() - startedAt > LONGEST_START_MS)
        throw new Error(`${build} did not start:\n${output}`);
      await sleep(50);
    }
    await render(port, /ak_[0-9a-f]+/.exec(output)?.[0] ?? '');
    const readySeconds = (performance.now() - startedAt) / 1_000;
    const installed = globSync(['node_modules/**', '{packages,services}/*/node_modules/**'], { cwd: clone });
    const sizes = installed.map((path) => lstatSync(join(clone, path))).filter((stat) => stat.isFile());
    return {
      build,
      readySeconds,
      npmSeconds: Number(/installing dependencies.* ([\d.]+) s/.exec(output)?.[1]),
      processorSeconds: processorSeconds(child.pid ?? 0),
      // A file with two names counts once.
      megabytes: sizes.reduce((sum, { blocks, nlink }) => sum + (blocks * 512) / nlink, 0) / 1_000_000,
      files: sizes.length,
    };
  } finally {
    child.kill('SIGTERM');
    // npm ends at once, the launcher when everything has stopped.
    while (child.exitCode === null && child.signalCode === null) await sleep(50);
    while (existsSync(join(home, 'launcher.json'))) await sleep(50);
  }
}

function placeFiles(build: string, clone: string): void {
  mkdirSync(clone, { recursive: true });
  if (build !== 'present') {
    execFileSync('sh', ['-c', `git archive ${build} | tar -x -C '${clone}'`], { cwd: ROOT });
    return;
  }
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  for (const file of listed.split('\0').filter((name) => name !== '' && existsSync(join(ROOT, name)))) {
    mkdirSync(dirname(join(clone, file)), { recursive: true });
    cpSync(join(ROOT, file), join(clone, file));
  }
}

/** As a person's shell has it: without what npm has put there, so `node` is the machine's own. */
function personsEnvironment(): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|PX0_|INIT_CWD)/i.test(name));
  const path = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((entry) => !entry.includes('node_modules'));
  return { ...Object.fromEntries(others), PATH: path.join(delimiter) };
}

async function render(port: number, key: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/prompts/greeting/render`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ variables: { name: 'Ada' } }),
  });
  const answer = await response.text();
  if (!answer.includes('Hello, Ada!')) throw new Error(`the first render was answered by ${answer}`);
}

function report(): void {
  const columns = ['readySeconds', 'npmSeconds', 'processorSeconds', 'megabytes', 'files'] as const;
  const rows = [commit, 'present'].map((build) => {
    const own = started.filter((one) => one.build === build);
    return columns.map((column) =>
      quantile(
        own.map((one) => one[column]).toSorted((a, b) => a - b),
        0.5,
      ),
    );
  });
  const ratios = columns.map(
    (_, index) => (rows[1]?.[index] ?? Number.NaN) / (rows[0]?.[index] ?? Number.NaN),
  );
  console.table(started);
  console.table({
    [commit]: named(columns, rows[0]),
    present: named(columns, rows[1]),
    ratio: named(columns, ratios),
  });
  const results = join(ROOT, 'bench', 'results');
  mkdirSync(results, { recursive: true });
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, load: loadavg() };
  writeFileSync(
    join(results, 'first-start.json'),
    `${JSON.stringify({ machine, started, ratios: named(columns, ratios) }, undefined, 2)}\n`,
  );
}

function named(columns: readonly string[], values: readonly number[] = []): Record<string, number> {
  return Object.fromEntries(
    columns.map((name, index) => [name, Math.round((values[index] ?? 0) * 100) / 100]),
  );
}
