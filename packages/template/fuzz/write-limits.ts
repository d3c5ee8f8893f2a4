/** `npm run vectors:limits -w packages/template`: writes `limits.json` anew, once Go has counted the same steps. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOracle } from './go-oracle.ts';
import { compareStepsWithGo } from './go-steps.ts';
import { limitCases } from './limit-cases.ts';

function main(): void {
  const built = buildOracle();
  if ('skipped' in built) throw new Error(built.skipped);
  using oracle = built;
  const cases = limitCases();
  const differences = compareStepsWithGo(oracle.askSteps, cases);
  for (const difference of differences.slice(0, 20)) process.stdout.write(`${JSON.stringify(difference)}\n`);
  if (differences.length > 0) {
    process.stdout.write(`${differences.length} of ${cases.length} cases: Go counts otherwise\n`);
    process.exitCode = 1;
    return;
  }
  const path = join(import.meta.dirname, '../test/vectors/limits.json');
  writeFileSync(path, `[\n${cases.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`);
  process.stdout.write(`${cases.length} cases written, all as Go counts them\n`);
}

main();
