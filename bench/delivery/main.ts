/**
 * npm run bench:delivery [names]: what delivery costs, each part beside a baseline that runs in turn with it. It prints a table for each and writes
 * bench/results/delivery-<name>.json. Without names it runs everything. The ratios count: times say only what this machine did.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../lib/program.ts';
import { bytes } from './bytes.ts';
import { cost } from './cost.ts';
import { fanout } from './fanout.ts';
import { first } from './first.ts';
import { hotPath } from './hot-path.ts';
import { cold, load } from './load.ts';
import { promote } from './promote.ts';
import { relay } from './relay.ts';
import { resume } from './resume.ts';
import type { Row } from './row.ts';
import { start } from './start.ts';

const parts: Readonly<Record<string, () => Promise<Row[]>>> = {
  fanout,
  promote,
  bytes,
  start,
  first,
  load,
  cold,
  resume,
  relay,
  'hot-path': hotPath,
  cost,
};

const named = process.argv.slice(2);
const unknown = named.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  console.error(`there is no ${unknown.join(', ')}; choose from ${Object.keys(parts).join(', ')}`);
  process.exit(1);
}
const results = join(ROOT, 'bench/results');
mkdirSync(results, { recursive: true });
const machine = `${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`;
for (const [name, part] of Object.entries(parts)) {
  if (named.length > 0 && !named.includes(name)) continue;
  const before = loadAverage();
  const rows = await part();
  const conditions = `${machine}, load ${before} before and ${loadAverage()} after`;
  console.log(`\n${new Date().toISOString()} ${name}: ${conditions}`);
  console.table(Object.fromEntries(rows.map(({ measured, ...row }) => [measured, row])));
  writeFileSync(
    join(results, `delivery-${name}.json`),
    `${JSON.stringify({ at: new Date(), machine: conditions, rows }, null, 2)}\n`,
  );
  if (rows.some(({ met }) => met === 'NO')) process.exitCode = 1;
}

function loadAverage(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}
