/** The whole platform on a NATS server with users: everything works, and nothing of what it asks is refused. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '@px0/local-platform';
import { eventually, type OwnNats, startTestPlatform, type TestPlatform } from '@px0/testing';
import { World } from '@px0/testing/world';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environmentOf, natsWithUsers, refusals } from '../deploy/checks/nats-users.ts';
import { tool } from '../deploy/checks/tools.ts';

let nats: OwnNats;
let platform: TestPlatform;

beforeAll(async () => {
  nats = await natsWithUsers(await tool('nats-server'));
  platform = await startTestPlatform({
    natsUrl: nats.url,
    serviceEnv: {
      identity: environmentOf('identity'),
      tenancy: environmentOf('tenancy'),
      'prompt-registry': environmentOf('prompt-registry'),
      render: { ...environmentOf('render'), USAGE_FLUSH_MS: '200' },
    },
  });
}, 120_000);

afterAll(async () => {
  await platform?.stop();
  await nats?.close();
});

describe('the platform, each service as its own NATS user', () => {
  it('goes from registration to a live render, renders a version that is not live, and counts both', async () => {
    const world = new World(platform);
    expect(await world.chain()).toBe('Hello, Ada!');

    const account = await world.account();
    const prompt = await world.emptyPrompt(account.key, account.team, { slug: 'greeting' });
    const version = await world.draft(account.key, prompt, 'Draft for {{.name}}.');
    const body = { variables: { name: 'Ada' } };
    const path = `/v1/prompts/${prompt.slug}/versions/${version}/render`;
    expect(await world.gateway.call('POST', path, { token: account.key.token, body })).toMatchObject({
      rendered: 'Draft for Ada.',
    });
    await eventually(
      async () => {
        const keys = await world.gateway.call('GET', `/v1/api-keys?org_id=${account.organization}`, {
          token: account.token,
        });
        return /"last_used_at":"\d/.test(JSON.stringify(keys));
      },
      { what: 'the key’s last use, counted by render and kept by identity', timeoutMs: 30_000 },
    );
    await eventually(
      async () => {
        const usage = await world.gateway.call('GET', `/v1/prompts/${prompt.id}/usage`, {
          token: account.key.token,
        });
        return /"renders":[1-9]/.test(JSON.stringify(usage));
      },
      { what: 'the render, counted by render and kept by the registry', timeoutMs: 30_000 },
    );
    expect(await refusals(nats)).toEqual([]);
  }, 120_000);

  it('goes on after a restart of the server, and after the loss of its streams', async () => {
    const world = new World(platform);
    await nats.restart();
    // Until a service has its connection back, it knows nothing of a new account's session.
    const account = await eventually(() => world.account(), {
      what: 'an account after the restart',
      timeoutMs: 60_000,
      intervalMs: 500,
    });
    const prompt = await world.emptyPrompt(account.key, account.team, { slug: 'greeting' });
    await world.live(account.key, prompt, 'Kept.');
    await nats.stop();
    await nats.wipe();
    await nats.start();
    expect(await world.rendered(account.key, prompt)).toBe('Kept.');
    await eventually(async () => (await world.chain()) === 'Hello, Ada!', {
      what: 'a chain in the new epoch',
      timeoutMs: 60_000,
      intervalMs: 500,
    });
    expect(await refusals(nats)).toEqual([]);
  }, 180_000);

  it('is compacted by the maintenance user', async () => {
    const main = join(repositoryRoot, 'packages/owner/src/outbox/compact-main.ts');
    await promisify(execFile)(process.execPath, [main], {
      env: {
        ...process.env,
        ...environmentOf('maintenance'),
        NATS_URL: nats.url,
        DATABASE_URL: platform.databaseUrl,
        LOG_LEVEL: 'warn',
      },
    });
    expect(await refusals(nats)).toEqual([]);
  }, 60_000);
});
