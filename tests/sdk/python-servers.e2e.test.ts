/** Python applications under the servers that fork them: `npm run test:python-servers`. What takes seconds of it is among the SDK's own tests. */
import { startTestPlatform } from '@px0/testing';
import { World } from '@px0/testing/world';
import { describe, expect, it } from 'vitest';
import { output, pythonPromotionTests, pythonServerTests } from './programs.ts';

const ALL_PASSED = /\d+ passed(?!.*skipped)/;

describe.runIf(process.env['PX0_LONG_TESTS'] === '1')('Python applications', () => {
  it('render under the servers that fork them', async () => {
    const printed = await output(await pythonServerTests(), {});
    expect(printed).toMatch(ALL_PASSED);
    showMeasured(printed);
  }, 900_000);

  it('render promotions of the real px0 under the servers that fork them, and it counts each render once', async () => {
    const command = await pythonPromotionTests();
    const platform = await startTestPlatform();
    try {
      const world = new World(platform);
      const { key, team } = await world.account();
      const { id } = await world.emptyPrompt(key, team, { slug: 'greeting' });
      const env = { PX0_HOST: platform.gatewayUrl, PX0_ACCESS_TOKEN: key.token, PX0_TEST_PROMPT: id };
      const printed = await output(command, env);
      expect(printed).toMatch(ALL_PASSED);
      showMeasured(printed);
    } finally {
      await platform.stop();
    }
  }, 900_000);
});

/** What the tests have measured, which proves nothing. */
function showMeasured(printed: string): void {
  for (const line of printed.match(/^measured: .*$/gm) ?? []) process.stdout.write(`${line}\n`);
}
