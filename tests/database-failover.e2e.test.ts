/**
 * An asynchronous failover of Postgres that loses changes which everybody has seen: a real standby is cut off, changes are made, the primary is
 * killed and the standby promoted at the same address. Afterwards all say what the database says, in the processes that ran through it.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Px0 } from '@px0/sdk';
import {
  eventually,
  startTestPlatformWithStandby,
  type TestPlatformWithStandby,
  withPostgres,
} from '@px0/testing';
import { type Account, PASSWORD, said, World } from '@px0/testing/world';
import { afterAll, beforeAll, expect, it } from 'vitest';

let platform: TestPlatformWithStandby;
let world: World;
let account: Account;

beforeAll(async () => {
  platform = await startTestPlatformWithStandby();
  world = new World(platform);
  account = await world.account();
});
afterAll(async () => {
  await platform?.stop();
});

interface Readiness {
  readonly ready: boolean;
  readonly epoch: string;
  readonly missing: readonly string[];
  readonly database: { readonly state: string };
}

async function readiness(service: 'identity' | 'tenancy' | 'prompt-registry'): Promise<Readiness> {
  const response = await fetch(`${platform.services[service][0]?.url}/readyz`);
  return (await response.json()) as Readiness;
}

const owners = ['identity', 'tenancy', 'prompt-registry'] as const;

it('what the database lost is lost everywhere, and nothing else is', async () => {
  const prompt = await world.prompt(account, account.team, 'one');
  const tagged = await world.prompt(account, account.team, 'tagged one');
  await world.make(account, 'POST', `/v1/prompts/${tagged.id}/versions/1/tags`, { tag: 'production' });
  await platform.postgres.whenCaughtUp();
  await using application = new Px0({
    host: platform.gatewayUrl,
    accessToken: account.key.token,
    mode: 'stream',
  });
  await application.ready();
  platform.postgres.replication.cut();

  for (const text of ['two', 'three', 'four', 'five']) await world.live(account, prompt, text);
  const lost = await world.prompt(account, account.team, 'lost');
  const lostKey = await world.key(account, 'read_render');
  expect(await world.rendered(lostKey, prompt)).toBe('five');
  expect(await world.rendered(lostKey, lost)).toBe('lost');
  await expect.poll(async () => (await application.render(prompt.slug)).text).toBe('five');
  const lostSession = { token: await world.login(account.email, PASSWORD) };
  expect(said(await world.ask(lostSession, 'GET', '/v1/auth/me'))).toEqual([200]);
  const before = platform.services;
  const epoch = (await readiness('identity')).epoch;

  await platform.postgres.failOver();
  platform.postgres.clients.heal();

  await eventually(async () => (await world.rendered(account.key, prompt)) === 'one', {
    timeoutMs: 60_000,
    what: 'a render of the database’s state',
  });
  await expect.poll(async () => said(await world.render(lostKey, prompt))[0]).toBe(401);
  await expect.poll(async () => said(await world.render(account.key, lost))[0]).toBe(404);
  const versions = await world.get(account, `/v1/prompts/${prompt.id}/versions`);
  expect(versions.each('versions', 'version')).toEqual([1]);
  // An application that renders by itself has heard of it, too.
  await expect.poll(async () => (await application.render(prompt.slug)).text).toBe('one');

  for (const text of ['after', 'and after', 'and after that']) {
    await world.live(account, prompt, text);
    expect(await world.rendered(account.key, prompt)).toBe(text);
    await expect.poll(async () => (await application.render(prompt.slug)).text).toBe(text);
  }
  expect(
    await world.ask(account.key, 'POST', `/v1/prompts/${tagged.slug}/versions/production/render`, {}),
  ).toMatchObject({
    status: 200,
  });
  for (const owner of owners)
    await expect
      .poll(() => readiness(owner))
      .toMatchObject({ ready: true, database: { state: 'trusted' }, missing: [] });
  expect((await readiness('identity')).epoch).not.toBe(epoch);
  expect(platform.services).toEqual(before);
  // Sessions of before go on, those that are lost have ended, and a new one does not get the number of a lost one.
  const newSession = { token: await world.login(account.email, PASSWORD) };
  expect(said(await world.ask(newSession, 'GET', '/v1/auth/me'))).toEqual([200]);
  expect(said(await world.ask(lostSession, 'GET', '/v1/auth/me'))).toEqual([401, 'unauthorized']);
  // The saga that gives new people a team leads again once all contexts are complete.
  await eventually(async () => (await world.chain().catch(() => '')) === 'Hello, Ada!', {
    what: 'the first chain after the failover',
  });
}, 180_000);

it('the command that accepts a database wants to hear that it replaces, and has each owner begin an epoch', async () => {
  const command = join(import.meta.dirname, '../packages/owner/src/fence/adopt-main.ts');
  const env = {
    ...process.env,
    DATABASE_URL: platform.databaseUrl,
    NATS_URL: platform.nats.url,
  };
  const adopt = (...args: string[]) =>
    promisify(execFile)(process.execPath, [command, ...args], { env }).then(
      ({ stdout }) => stdout,
      ({ stderr }: { stderr: string }) => Promise.reject(new Error(stderr)),
    );
  const owed = async (): Promise<unknown[]> => {
    const schemas = ['identity', 'tenancy', 'registry'];
    const all = schemas.map((schema) => `select went_back from ${schema}.database_fence`).join(' union all ');
    const { rows } = await withPostgres(platform.databaseUrl, (client) =>
      client.query<{ went_back: string }>(all),
    );
    return rows.map(({ went_back }) => went_back);
  };
  const before = await owed();
  await expect(adopt()).rejects.toThrow('say --replace');
  expect(await owed()).toEqual(before);
  await adopt('--replace');
  const after = await owed();
  expect(after.map((epoch, index) => Number(epoch) > Number(before[index]))).toEqual([true, true, true]);
}, 120_000);
