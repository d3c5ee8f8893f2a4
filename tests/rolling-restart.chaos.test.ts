/** An upgrade as operators do it: with two replicas of each service, one process after the other is replaced, and no caller notices. */
import { eventually, startTestPlatform, type TestPlatform } from '@px0/testing';
import { type Account, type Prompt, World } from '@px0/testing/world';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { steadyReads, steadyRenders } from './steady-load.ts';

const long = process.env['PX0_LONG_TESTS'] === '1';
/** Requests a second through the gateway; two cores carry the load, its client and nine services. */
const renderRate = long ? 800 : 150;
const readRate = long ? 200 : 40;

/** The gateway itself is replaced by whoever balances the load before it. */
const rolled = ['identity', 'tenancy', 'prompt-registry', 'render'] as const;

let platform: TestPlatform;
let account: Account;
let prompt: Prompt;

beforeAll(async () => {
  platform = await startTestPlatform({
    replicas: { gateway: 1, identity: 2, tenancy: 2, 'prompt-registry': 2, render: 2 },
  });
  const world = new World(platform);
  account = await world.account();
  prompt = await world.emptyPrompt(account.key, account.team, { slug: 'greeting' });
  await world.live(account.key, prompt, 'steady {{.name}}');
});
afterAll(() => platform?.stop());

/** Ends one process as a deployment does and waits until the next one takes requests. */
async function replace(service: (typeof rolled)[number], replica: number): Promise<void> {
  const pid = platform.services[service][replica]?.pid ?? 0;
  process.kill(pid, 'SIGTERM');
  await eventually(
    async () => {
      const now = platform.services[service][replica];
      return now?.pid && now.pid !== pid && (await fetch(`${now.url}/readyz`)).ok;
    },
    { timeoutMs: 60_000, what: `the next ${service}` },
  );
}

it(
  'no read and no render through the gateway fails while each replica of each service is replaced',
  async () => {
    const renders = steadyRenders(platform.gatewayUrl, renderRate, account, prompt);
    const reads = steadyReads(platform.gatewayUrl, readRate, account, [
      '/v1/auth/me',
      '/v1/me/orgs',
      `/v1/prompts/${prompt.id}`,
      `/v1/prompts/${prompt.id}/versions`,
    ]);
    for (const service of rolled) {
      for (const replica of [0, 1]) await replace(service, replica);
    }
    const results = { renders: await renders(), reads: await reads() };
    expect(results.renders.total).toBeGreaterThan(renderRate);
    expect(results.reads.total).toBeGreaterThan(readRate);
    expect([results.renders.failed, results.reads.failed], await platform.logs(5)).toEqual([0, 0]);
  },
  long ? 600_000 : 240_000,
);
