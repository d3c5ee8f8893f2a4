/** `npm run bench -w packages/template`: time per render and to compile, and how many times px0's that is. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { BY_HAND, ENGINES, PX0 } from './engines.ts';
import { keep, nanosecondsPerCall } from './measure.ts';
import { WORKLOADS, type Workload } from './workloads.ts';

interface Row {
  readonly engine: string;
  readonly render: number;
  /** To compile and render once. */
  readonly compile: number | undefined;
}

interface GoTimes {
  readonly render: number;
  readonly compile: number;
}

function measureGo(): GoTimes[] {
  const input = WORKLOADS.map(({ go, data }) => JSON.stringify({ template: go, data })).join('\n');
  const result = spawnSync('go', ['run', '.'], { cwd: join(import.meta.dirname, 'go'), input, encoding: 'utf8' });
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
      compile: engine.name === BY_HAND ? undefined : nanosecondsPerCall(() => engine.prepare(workload)()),
    };
  });
  if (go !== undefined) rows.push({ engine: 'Go text/template', render: go.render, compile: go.compile });
  return rows;
}

function print(workload: Workload, rows: readonly Row[]): void {
  const ours = rows.find((row) => row.engine === PX0)?.render ?? 1;
  console.log(`\n${workload.name}`);
  console.log(`${'engine'.padEnd(24)}${'ns/render'.padStart(12)}${'x px0'.padStart(9)}${'compile, µs'.padStart(14)}`);
  for (const { engine, render, compile } of rows) {
    const ratio = (render / ours).toFixed(2);
    const compiled = compile === undefined ? '' : (compile / 1000).toFixed(1);
    console.log(`${engine.padEnd(24)}${render.toFixed(0).padStart(12)}${ratio.padStart(9)}${compiled.padStart(14)}`);
  }
}

function main(): void {
  console.log(`node ${process.version}; best of several rounds; compile includes the first render, except Go's`);
  const go = measureGo();
  if (go.length === 0) console.log('without Go: no go in the path');
  WORKLOADS.forEach((workload, index) => {
    print(workload, measure(workload, go[index]));
  });
  if (keep() === 0) process.exitCode = 1;
}

main();
