/**
 * npm run bench:neighbour [render] [registry] [commit]: what one organization's heaviest legal templates cost another, in the present tree and, where a
 * commit is named, in that one. It prints a table for each part and writes bench/results/neighbour-<part>.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { checkOut } from '../lib/build.ts';
import { ROOT } from '../lib/program.ts';
import { registry } from './registry.ts';
import { render } from './render.ts';

const parts = { render, registry };

const named = process.argv.slice(2);
const asked = Object.entries(parts).filter(([name]) => named.includes(name));
const commit = named.find((name) => !Object.hasOwn(parts, name));
const builds = new Map([['present', ROOT]]);
if (commit !== undefined) builds.set(commit, checkOut(commit));

const machine = `${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`;
console.log(`${new Date().toISOString()}: ${machine}`);
for (const [name, part] of asked.length > 0 ? asked : Object.entries(parts)) {
  const result = await part(builds);
  console.log(`\n${result.title}`);
  console.table(result.rows);
  const results = join(ROOT, 'bench/results');
  mkdirSync(results, { recursive: true });
  writeFileSync(
    join(results, `neighbour-${name}.json`),
    `${JSON.stringify({ at: new Date(), machine, ...result }, null, 2)}\n`,
  );
}
