/** Whether the server that the scenarios of all SDKs describe is the real one. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '@px0/delivery/scenarios';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { House } from './scenarios/px0.ts';
import { playOnPx0 } from './scenarios/scenario-run.ts';

const folder = join(import.meta.dirname, '../../../packages/delivery/test/vectors/delivery');
const scenarios = readdirSync(folder).flatMap((name): readonly Scenario[] =>
  JSON.parse(readFileSync(join(folder, name), 'utf8')),
);
const real = scenarios.filter(({ foreign }) => foreign === undefined);
const foreign = scenarios.filter((scenario) => scenario.foreign !== undefined);

let house: House;
beforeAll(async () => {
  house = await House.start();
});
afterAll(async () => {
  await house?.stop();
  process.stdout.write(`${real.length} scenarios are px0's, ${foreign.length} of other servers or faults\n`);
});

async function played(scenario: Scenario): Promise<readonly string[]> {
  const px0 = await house.px0For(scenario);
  try {
    return await playOnPx0(scenario, px0);
  } finally {
    await px0.close();
  }
}

describe.concurrent('px0', () => {
  it.each(real)(
    'says what $id says',
    async (scenario) => {
      expect(await played(scenario)).toEqual([]);
    },
    60_000,
  );

  // Each waits for what never comes.
  it.runIf(process.env['PX0_FUZZ'] === 'long').each(foreign)(
    'says something else than $id says',
    async (scenario) => {
      expect(await played(scenario)).not.toEqual([]);
    },
    120_000,
  );
});
