/**
 * npm run bench:local [rounds]: what a render costs inside an application, in TypeScript, Python and Go, each beside the engine that one
 * would use there instead. The languages take turns; within each, so do the two engines. It prints a table and writes
 * bench/results/local.json. The ratios count: times say only what this machine did.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../lib/program.ts';
import { median } from '../lib/statistics.ts';
import { type Measurement, programs } from './programs.ts';
import { P99_TARGET_US, targetOf } from './targets.ts';

const ROUNDS = 3;

interface Row {
  readonly language: string;
  readonly workload: string;
  readonly baseline: string;
  readonly 'p50 µs': number;
  readonly 'p99 µs': number;
  readonly 'baseline p50 µs': number;
  readonly ratio: number;
  readonly target: string;
  readonly met: string;
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}

function rowOf(language: string, workload: string, all: readonly Measurement[]): Row {
  const own = all.filter((one) => one.workload === workload && one.engine === 'px0');
  const others = all.filter((one) => one.workload === workload && one.engine !== 'px0');
  const ratio = median(own.map((one) => one.ratio));
  const p99 = median(own.map((one) => one.p99_us));
  const target = targetOf(language, workload);
  const bounds = [
    ...(target.ratio === undefined ? [] : [`≤ ${target.ratio}`]),
    ...(target.hasP99 ? [`p99 < ${P99_TARGET_US} µs`] : []),
  ];
  const isMet =
    ratio <= (target.ratio ?? Number.POSITIVE_INFINITY) && (!target.hasP99 || p99 < P99_TARGET_US);
  return {
    language,
    workload,
    baseline: others[0]?.engine ?? '',
    'p50 µs': round(median(own.map((one) => one.p50_us))),
    'p99 µs': round(p99),
    'baseline p50 µs': round(median(others.map((one) => one.p50_us))),
    ratio: round(ratio),
    target: bounds.join(', '),
    met: bounds.length === 0 ? '' : isMet ? 'yes' : 'NO',
  };
}

const rounds = Number(process.argv[2] ?? ROUNDS);
const measured = new Map<string, Measurement[]>();
const present = await programs();
for (let turn = 0; turn < rounds; turn++) {
  for (const { language, measure } of present) {
    measured.set(language, [...(measured.get(language) ?? []), ...(await measure())]);
  }
}
const rows = [...measured].flatMap(([language, all]) =>
  [...new Set(all.map(({ workload }) => workload))].map((workload) => rowOf(language, workload, all)),
);
const machine = `${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown processor'}`;
console.log(`${new Date().toISOString()}: ${machine}; medians of ${rounds} rounds`);
console.table(rows);
const results = join(ROOT, 'bench/results');
mkdirSync(results, { recursive: true });
writeFileSync(
  join(results, 'local.json'),
  `${JSON.stringify({ at: new Date(), machine, rounds, rows }, null, 2)}\n`,
);
if (rows.some(({ met }) => met === 'NO')) process.exitCode = 1;
