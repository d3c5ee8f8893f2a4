/** The promise of the render tier: renders go on, direct and through the gateway, while everything else dies in turn. */
import { eventually, startTestPlatformWithServers, type TestPlatformWithServers } from '@px0/testing';
import { type Account, type Prompt, World } from '@px0/testing/world';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { steadyRenders } from './steady-load.ts';

const long = process.env['PX0_LONG_TESTS'] === '1';
/** Renders a second to the render process itself and through the gateway; two cores carry the load, its client and all services. */
const directRate = long ? 1_000 : 300;
const gatewayRate = long ? 300 : 100;
const rounds = long ? 5 : 1;

let platform: TestPlatformWithServers;
let world: World;
let account: Account;
let prompt: Prompt;

beforeAll(async () => {
  platform = await startTestPlatformWithServers();
  world = new World(platform);
  account = await world.account();
  prompt = await world.emptyPrompt(account.key, account.team, { slug: 'greeting' });
  await world.live(account.key, prompt, 'steady {{.name}}');
});
afterAll(() => platform?.stop());

/** Kills a service's process and waits until the supervisor's next one is ready. */
async function killService(name: 'identity' | 'tenancy' | 'prompt-registry'): Promise<void> {
  const pid = platform.services[name][0]?.pid;
  process.kill(pid ?? 0, 'SIGKILL');
  await eventually(
    async () => {
      const now = platform.services[name][0];
      return now?.pid && now.pid !== pid && (await fetch(`${now.url}/readyz`)).ok;
    },
    { timeoutMs: 60_000, what: `the next ${name}` },
  );
}

/** Promotes a new version and waits until renders show it: what was killed has really recovered. */
async function promotionArrives(text: string): Promise<void> {
  await eventually(
    async () => {
      await world.live(account.key, prompt, text);
      return (await world.rendered(account.key, prompt)) === text;
    },
    { timeoutMs: 90_000, what: `the promotion of "${text}"` },
  );
}

const faults: Readonly<Record<string, () => Promise<void>>> = {
  identity: () => killService('identity'),
  tenancy: () => killService('tenancy'),
  'prompt-registry': () => killService('prompt-registry'),
  Postgres: async () => {
    await platform.postgres.kill();
    await platform.postgres.start();
  },
  NATS: async () => {
    await platform.nats.kill();
    await platform.nats.start();
  },
  'NATS with its data': async () => {
    await platform.nats.kill();
    await platform.nats.wipe();
    await platform.nats.start();
  },
};

it(
  'no render fails, direct or through the gateway, while each other part is killed and comes back',
  async () => {
    const direct = steadyRenders(platform.services.render[0]?.url ?? '', directRate, account, prompt);
    const throughGateway = steadyRenders(platform.gatewayUrl, gatewayRate, account, prompt);
    for (let round = 1; round <= rounds; round += 1) {
      for (const [name, fault] of Object.entries(faults)) {
        await fault();
        await promotionArrives(`after ${name}, round ${round}`);
      }
    }
    const results = { direct: await direct(), throughGateway: await throughGateway() };
    expect(results.direct.total).toBeGreaterThan(directRate);
    expect(results.throughGateway.total).toBeGreaterThan(gatewayRate);
    expect([results.direct.failed, results.throughGateway.failed], await platform.logs(5)).toEqual([0, 0]);
  },
  long ? 900_000 : 480_000,
);
