/** The processes that streams go through are replaced one after the other, and no client notices. */
import { eventually, startTestPlatform, type TestPlatform } from '@px0/testing';
import { type Account, type Prompt, World } from '@px0/testing/world';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Balancer } from './balancer.ts';
import { Fleet } from './fleets.ts';

const long = process.env['PX0_LONG_TESTS'] === '1';
const clients = long ? 1_000 : 100;

let platform: TestPlatform;
let world: World;
let account: Account;
let prompt: Prompt;
let balancer: Balancer;
let fleet: Fleet;

beforeAll(async () => {
  platform = await startTestPlatform({
    replicas: { gateway: 2, identity: 1, tenancy: 1, 'prompt-registry': 1, render: 2 },
    serviceEnv: { gateway: { DRAIN_DELAY_MS: '3000' }, render: { DRAIN_DELAY_MS: '3000' } },
  });
  world = new World(platform);
  account = await world.account();
  prompt = await world.emptyPrompt(account.key, account.team, { slug: 'greeting' });
  await world.live(account.key, prompt, 'text 1');
  balancer = await Balancer.start(() => platform.services.gateway.map(({ url }) => url));
  fleet = new Fleet();
  await fleet.open({ host: balancer.url, token: account.key.token, count: clients, slug: prompt.slug });
}, 180_000);
afterAll(async () => {
  await fleet?.close();
  balancer?.close();
  await platform?.stop();
});

/** Ends one process as a deployment does, and waits until the next one takes requests. */
async function replace(service: 'render' | 'gateway', replica: number): Promise<void> {
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
  'no client leaves `ready`, each renders all the time, and all hear of each promotion, while both replicas of render and of the gateway are replaced',
  async () => {
    let text = 1;
    for (const service of ['render', 'gateway'] as const) {
      for (const replica of [0, 1]) {
        const replacing = replace(service, replica);
        // While processes go, and afterwards.
        for (let i = 0; i < 2; i += 1) {
          text += 1;
          await world.live(account.key, prompt, `text ${text}`);
          await eventually(async () => (await fleet.report()).texts[`text ${text}`] === clients, {
            timeoutMs: 60_000,
            what: `text ${text} in all clients`,
          });
          await replacing;
        }
      }
    }
    const { faults, states } = await fleet.report();
    expect({ faults, states }, await platform.logs(5)).toEqual({ faults: [], states: { ready: clients } });
  },
  long ? 600_000 : 240_000,
);
