/** `npm run counterexamples`: for each guard of the client's rules, the shortest run of the model that breaks a promise without it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Replica } from '../src/client/replica.ts';
import { type Step, stepsOf } from '../src/model/mod.ts';
import { brokenBy, type Counterexample, guards, rulesWithout } from './guards.ts';

const ROUNDS = 500;
const RUNS_OF_ROUND = 200;

const kinds = [
  { isFaithful: true, steps: stepsOf(fc, { audience: false, restarts: false, link: false }) },
  { isFaithful: false, steps: stepsOf(fc, { audience: true, restarts: true, link: true }) },
];

/** In turns, because most guards show soon in one of the two. */
function search(Client: typeof Replica): Counterexample | undefined {
  for (let seed = 0; seed < ROUNDS; seed += 1) {
    for (const { isFaithful, steps } of kinds) {
      const holds = fc.property(steps, (some: readonly Step[]) => {
        const example = { isFaithful, steps: some };
        return brokenBy(example, Client).length === 0 || brokenBy(example).length > 0;
      });
      const [found] = fc.check(holds, { seed, numRuns: RUNS_OF_ROUND }).counterexample ?? [];
      if (found !== undefined) return { isFaithful, steps: found };
    }
  }
  return undefined;
}

const found: Record<string, Counterexample> = {};
for (const guard of guards) {
  const counterexample = search(await rulesWithout(guard));
  if (counterexample === undefined)
    throw new Error(`nothing is broken without the guard that ${guard.guard}`);
  found[guard.guard] = counterexample;
  process.stdout.write(`${guard.guard}: ${counterexample.steps.length} steps\n`);
}
writeFileSync(
  join(import.meta.dirname, 'vectors', 'counterexamples.json'),
  `${JSON.stringify(found, undefined, 1)}\n`,
);
