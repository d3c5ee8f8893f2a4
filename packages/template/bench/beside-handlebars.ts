/**
 * Measures the engine beside Handlebars, turn by turn, and prints a JSON line for each workload and engine, as the programs of the other
 * languages do: the median and the 99th percentile of a render in microseconds, and the median's ratio to that of Handlebars. A text is
 * taken as it comes, which in JavaScript may be a rope of its pieces; `npm run bench -w packages/template` has the time until it is flat.
 */
import { compile } from '../src/compile.ts';
import { withHandlebars } from './with-handlebars.ts';
import { WORKLOADS, type Workload } from './workloads.ts';

const WARM_UP = 20_000;
const SAMPLES = 20_000;
/** A slow workload is measured for no longer. */
const LONGEST_MS = 2_000;
/** The clock is too coarse for one render, so the median is that of so many. */
const RENDERS_PER_SAMPLE = 20;

interface Times {
  readonly many: number[];
  readonly single: number[];
}

/** Texts are kept for a while, or the engine would leave out work whose result nobody sees. */
const kept: string[] = new Array(64).fill('');

function microseconds(render: () => string, count: number): number {
  const start = process.hrtime.bigint();
  for (let i = 0; i < count; i++) kept[i & 63] = render();
  return Number(process.hrtime.bigint() - start) / 1000 / count;
}

function quantile(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * q)] ?? Number.NaN;
}

function measure(workload: Workload): void {
  const { name, go, data } = workload;
  const template = compile(go);
  const renders: readonly (readonly [string, () => string])[] = [
    ['px0', () => template.render(data)],
    ['Handlebars', withHandlebars(workload)],
  ];
  if (new Set(renders.map(([, render]) => render())).size > 1)
    throw new Error(`the engines differ about: ${name}`);
  const times = renders.map((): Times => ({ many: [], single: [] }));
  const end = performance.now() + 2 * LONGEST_MS;
  for (let i = 0; i < WARM_UP && performance.now() < end - LONGEST_MS; i++) {
    for (const [, render] of renders) kept[i & 63] = render();
  }
  for (let i = 0; i < SAMPLES && performance.now() < end; i++) {
    renders.forEach(([, render], index) => {
      times[index]?.many.push(microseconds(render, RENDERS_PER_SAMPLE));
      times[index]?.single.push(microseconds(render, 1));
    });
  }
  const medians = times.map(({ many }) => quantile(many, 0.5));
  renders.forEach(([engine], index) => {
    const p50 = medians[index] ?? Number.NaN;
    const p99 = quantile(times[index]?.single ?? [], 0.99);
    const ratio = p50 / (medians.at(-1) ?? Number.NaN);
    console.log(JSON.stringify({ workload: name, engine, p50_us: p50, p99_us: p99, ratio }));
  });
}

for (const workload of WORKLOADS) measure(workload);
if (kept.length === 0) process.exitCode = 1;
