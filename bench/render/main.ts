/**
 * npm run bench:render [throughput] [large] [before] [authoring-unused] [chat] [contract] [narrow-key] [scale] [promotion] [rates] [telemetry] [soak] [platform]: prints a
 * table for each and writes bench/results/<name>.json. Without a name it runs `throughput`, `scale`, `promotion` and `rates`; `large`, `before`
 * and `authoring-unused` compare with older commits, `telemetry` and `soak` take longest, `platform` loads a platform that runs already.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { clientName } from '../lib/load.ts';
import { authoringUnused } from './authoring-unused.ts';
import { before } from './before.ts';
import { chat } from './chat.ts';
import { contract } from './contract.ts';
import { large } from './large.ts';
import { narrowKey } from './narrow-key.ts';
import { platform } from './platform.ts';
import { promotion } from './promotion.ts';
import { rates } from './rates.ts';
import { scale } from './scale.ts';
import { soak } from './soak.ts';
import { telemetry } from './telemetry.ts';
import { throughput } from './throughput.ts';

const benchmarks = {
  throughput,
  large,
  before,
  'authoring-unused': authoringUnused,
  chat,
  contract,
  'narrow-key': narrowKey,
  scale,
  promotion,
  rates,
  telemetry,
  soak,
  platform,
};

const named = process.argv.slice(2);
const asked = named.length > 0 ? named : ['throughput', 'scale', 'promotion', 'rates'];
const results = join(import.meta.dirname, '../results');
mkdirSync(results, { recursive: true });
const machine = `${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}, ${await clientName()}`;
console.log(`${new Date().toISOString()}: ${machine}`);
for (const [name, benchmark] of Object.entries(benchmarks)) {
  if (!asked.includes(name)) continue;
  const result = await benchmark();
  console.log(`\n${result.title}`);
  console.table(result.rows);
  console.log(result.summary);
  writeFileSync(
    join(results, `${name}.json`),
    `${JSON.stringify({ at: new Date(), machine, ...result }, null, 2)}\n`,
  );
}
