/** What px0 knows is lost, or goes back in time, under a fleet of clients: they go on rendering, and hold in the end what px0 has then. */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  eventually,
  startTestPlatformWithServers,
  type TestPlatformWithServers,
  temporaryFolder,
} from '@px0/testing';
import { type Account, type Prompt, World } from '@px0/testing/world';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Fleet } from './fleets.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const clients = 100;

let platform: TestPlatformWithServers;
let world: World;
let account: Account;
let prompt: Prompt;
let fleet: Fleet;
let folder: string;

beforeAll(async () => {
  folder = await temporaryFolder('lost-stream');
  platform = await startTestPlatformWithServers();
  world = new World(platform);
  account = await world.account();
  prompt = await world.emptyPrompt(account.key, account.team, { slug: 'greeting' });
  await world.live(account.key, prompt, 'text 1');
  fleet = new Fleet();
  await fleet.open({
    host: platform.gatewayUrl,
    token: account.key.token,
    count: clients,
    slug: prompt.slug,
  });
}, 180_000);
afterAll(async () => {
  await fleet?.close();
  await platform?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Waits until all clients render the text and are in step; no render of any of them may have failed meanwhile. */
async function allRender(text: string): Promise<void> {
  await eventually(
    async () => {
      const { texts, states } = await fleet.report();
      return texts[text] === clients && states['ready'] === clients;
    },
    { timeoutMs: 90_000, intervalMs: 200, what: `${text} in all clients` },
  );
  const { faults } = await fleet.report();
  expect(faults.filter((fault) => !fault.startsWith('a client became'))).toEqual([]);
}

it('the store of NATS is deleted', async () => {
  await platform.nats.kill();
  await platform.nats.wipe();
  await platform.nats.start();
  await eventually(
    async () =>
      (
        await world.gateway.request('POST', '/v1/render/batch', {
          token: account.key.token,
          headers: { 'px0-consistency': 'require' },
          body: { renders: [{ slug: prompt.slug }] },
        })
      ).status === 200,
    { timeoutMs: 60_000, what: 'px0 in step with itself' },
  );
  await world.live(account.key, prompt, 'text 2');
  await allRender('text 2');
}, 240_000);

/** `npm run backup` and `npm run restore`, as a person runs them. */
async function command(...args: readonly string[]): Promise<string> {
  const main = join(root, 'packages', 'local-platform', 'src', 'main.ts');
  const env = {
    ...process.env,
    DATABASE_URL: platform.databaseUrl,
    NATS_URL: platform.nats.url,
    PX0_HOME: join(folder, 'home'),
  };
  return (await run(process.execPath, [main, ...args], { cwd: root, env })).stdout;
}

it('a backup is restored, and what was promoted since has never been', async () => {
  const backup = join(folder, 'backup');
  expect(await command('backup', backup)).toMatch(/saved \d+ rows/);
  await world.live(account.key, prompt, 'text 3');
  await allRender('text 3');
  await platform.pause();
  expect(await command('restore', backup, '--replace')).toMatch(/restored \d+ rows/);
  await platform.resume();
  await allRender('text 2');
  await world.live(account.key, prompt, 'text 4');
  await allRender('text 4');
}, 240_000);
