/** `npm run bench -w packages/template`: time per render and to compile, and how many times px0's that is. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { BY_HAND, ENGINES, PX0 } from './engines.ts';
import { charactersRead, nanosecondsPerCall, nanosecondsUntilFlat } from './measure.ts';
import { WORKLOADS, type Workload } from './workloads.ts';

interface Row {
  readonly engine: string;
  readonly render: number;
  readonly flat: number;
  /** To compile and render once. */
  readonly compile: number | undefined;
}

interface GoTimes {
  readonly render: number;
  readonly compile: number;
}

function measureGo(): GoTimes[] {
  const input = WORKLOADS.map(({ go, data }) => JSON.stringify({ template: go, data })).join('\n');
  const result = spawnSync('go', ['run', '.'], {
    cwd: join(import.meta.dirname, 'go'),
    input,
    encoding: 'utf8',
  });
  if (result.status !== 0) return [];
  return result.stdout
    .trimEnd()
    .split('\n')
    .map((line): GoTimes => JSON.parse(line));
}

function measure(workload: Workload, go: GoTimes | undefined): Row[] {
  const expected = ENGINES[0]?.prepare(workload)();
  const rows = ENGINES.map((engine): Row => {
    const render = engine.prepare(workload);
    if (render() !== expected) throw new Error(`${engine.name} prints something else for: ${workload.name}`);
    return {
      engine: engine.name,
      render: nanosecondsPerCall(render),
      flat: nanosecondsUntilFlat(render),
      compile: engine.name === BY_HAND ? undefined : nanosecondsPerCall(() => engine.prepare(workload)()),
    };
  });
  if (go !== undefined)
    rows.push({ engine: 'Go text/template', render: go.render, flat: go.render, compile: go.compile });
  return rows;
}

function print(workload: Workload, rows: readonly Row[]): void {
  const ours = rows.find((row) => row.engine === PX0);
  console.log(`\n${workload.name}`);
  console.log(columns('engine', 'ns/render', 'x px0', 'ns, flat', 'x px0', 'compile, µs'));
  for (const { engine, render, flat, compile } of rows) {
    const ratio = (render / (ours?.render ?? 1)).toFixed(2);
    const flatRatio = (flat / (ours?.flat ?? 1)).toFixed(2);
    const compiled = compile === undefined ? '' : (compile / 1000).toFixed(1);
    console.log(columns(engine, render.toFixed(0), ratio, flat.toFixed(0), flatRatio, compiled));
  }
}

function columns(name: string, ...cells: readonly string[]): string {
  return name.padEnd(24) + cells.map((cell) => cell.padStart(12)).join('');
}

function main(): void {
  console.log(
    `node ${process.version}; best of many rounds; flat: in one piece, as for sending; compile: with the first render, except Go's`,
  );
  const go = measureGo();
  if (go.length === 0) console.log('without Go: no go in the path');
  WORKLOADS.forEach((workload, index) => {
    print(workload, measure(workload, go[index]));
  });
  if (charactersRead() === 0) process.exitCode = 1;
}

main();
