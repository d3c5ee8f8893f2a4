import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, startTestPlatformWithServers, type TestPlatformWithServers } from '@px0/testing';
import { type Account, type Prompt, World } from '@px0/testing/world';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

/** Past the 20 s after which the NATS client gives up by default; five minutes in the long form (`npm run test:long`). */
const natsAbsenceMs = process.env['PX0_LONG_TESTS'] === '1' ? 300_000 : 25_000;

// Longer than what is waited for, several times.
vi.setConfig({ testTimeout: 240_000 });

let platform: TestPlatformWithServers;
let world: World;
let account: Account;
let promptCount = 0;

/** Each test has a prompt of its own, live with the text `first`. */
async function livePrompt(): Promise<Prompt> {
  promptCount += 1;
  const prompt = await world.emptyPrompt(account.key, account.team, { slug: `prompt_${promptCount}` });
  await world.live(account.key, prompt, 'first');
  expect(await world.rendered(account.key, prompt)).toBe('first');
  return prompt;
}

function promotePath(prompt: Prompt, version: number): string {
  return `/v1/prompts/${prompt.id}/versions/${version}/promote`;
}

beforeAll(async () => {
  platform = await startTestPlatformWithServers();
  world = new World(platform);
  account = await world.account();
});

afterAll(async () => {
  await platform?.stop();
});

describe('with Postgres stopped', () => {
  it('a live prompt still renders, writes are refused with 503, and all works again afterwards', async () => {
    const prompt = await livePrompt();
    const next = await world.draft(account.key, prompt, 'second');
    await platform.postgres.stop();
    expect(await world.rendered(account.key, prompt)).toBe('first');
    const refused = await world.gateway.request('POST', promotePath(prompt, next), {
      token: account.key.token,
    });
    expect(refused.status).toBe(503);
    expect(await world.rendered(account.key, prompt)).toBe('first');

    await platform.postgres.start();
    await eventually(
      async () =>
        (await world.gateway.request('POST', promotePath(prompt, next), { token: account.key.token }))
          .status === 200,
      { timeoutMs: 60_000, what: 'the first promotion after the return of Postgres' },
    );
    await world.promote(account.key, prompt, next);
    expect(await world.rendered(account.key, prompt)).toBe('second');
  });
});

describe('with NATS stopped', () => {
  it('renders go on, a promotion succeeds and says that it is pending, and is rendered when NATS is back', async () => {
    const prompt = await livePrompt();
    const next = await world.draft(account.key, prompt, 'second');
    await world.promote(account.key, prompt, next);
    await platform.nats.stop();

    const promoted = await world.gateway.request('POST', promotePath(prompt, next), {
      token: account.key.token,
    });
    expect(promoted.status).toBe(200);
    expect(promoted.headers.get('px0-pending')).toBe('true');
    expect(await world.rendered(account.key, prompt)).toBe('first');

    await platform.nats.start();
    await eventually(async () => (await world.rendered(account.key, prompt)) === 'second', {
      timeoutMs: 60_000,
      what: 'the promoted version',
    });
  });

  it('answers say `Px0-Stale`, and a required one that names no revision is refused, also through the gateway', async () => {
    const prompt = await livePrompt();
    const calls = [
      ['POST', `/v1/prompts/${prompt.slug}/render`],
      ['POST', '/v1/render/batch'],
      ['GET', `/v1/prompts/${prompt.id}`],
    ] as const;
    const answers = (headers: Record<string, string>) =>
      Promise.all(
        calls.map(async ([method, path]) => {
          const body = path.endsWith('/batch') ? { renders: [{ slug: prompt.slug }] } : {};
          const options = { token: account.key.token, headers, ...(method === 'POST' && { body }) };
          const answer = await world.gateway.request(method, path, options);
          return [answer.status, answer.headers.get('px0-stale'), answer.headers.get('px0-revision')];
        }),
      );
    const require = { 'px0-consistency': 'require' };
    const usual = await eventually(async () => {
      const all = await answers(require);
      expect(all.map(([status, stale]) => [status, stale])).toEqual(calls.map(() => [200, null]));
      return all;
    });
    const covered = { ...require, 'px0-min-revision': String(usual[0]?.[2]) };
    await platform.nats.stop();

    const stale = calls.map(() => [200, 'true', expect.any(String)]);
    await eventually(async () => {
      expect(await answers({})).toEqual(stale);
      return true;
    });
    expect(await answers({ 'px0-min-revision': '' })).toEqual(stale);
    expect(await answers(covered)).toEqual(stale);
    expect(await answers(require)).toEqual(calls.map(() => [503, null, expect.any(String)]));
    await platform.nats.start();
    await eventually(async () => (await answers(require)).every(([status]) => status === 200));
  });

  it(
    `for ${natsAbsenceMs / 1000} s, nothing but a demand for the newest state is refused, and no service needs a restart`,
    async () => {
      const prompt = await livePrompt();
      const before = platform.services;
      await platform.nats.kill();
      const until = performance.now() + natsAbsenceMs;
      while (performance.now() < until) {
        expect(await world.rendered(account.key, prompt)).toBe('first');
        await world.gateway.call('GET', `/v1/prompts/${prompt.id}`, { token: account.key.token });
        await sleep(1_000);
      }
      await platform.nats.start();
      await eventually(
        async () => {
          await world.live(account.key, prompt, 'second');
          return (await world.rendered(account.key, prompt)) === 'second';
        },
        { timeoutMs: 60_000, what: 'a promotion after the return of NATS' },
      );
      expect(platform.services).toEqual(before);
      expect(await world.chain()).toBe('Hello, Ada!');
    },
    natsAbsenceMs + 240_000,
  );
});

describe('with the store of NATS deleted', () => {
  it('old and new prompts render after NATS is back, with nobody intervening', async () => {
    const old = await livePrompt();
    await platform.nats.kill();
    await platform.nats.wipe();
    await platform.nats.start();
    expect(await world.rendered(account.key, old)).toBe('first');
    await eventually(async () => (await world.chain()) === 'Hello, Ada!', {
      timeoutMs: 60_000,
      what: 'the first chain after the loss of the store',
    });
    const fresh = await livePrompt();
    expect(await world.rendered(account.key, fresh)).toBe('first');
    expect(await world.rendered(account.key, old)).toBe('first');
  });

  it('a render process that starts afterwards knows the old prompts', async () => {
    const old = await livePrompt();
    await platform.nats.kill();
    await platform.nats.wipe();
    await platform.nats.start();
    const [render] = platform.services.render;
    process.kill(render?.pid ?? 0, 'SIGKILL');
    await eventually(
      async () => {
        const now = platform.services.render[0];
        return now?.pid && now.pid !== render?.pid && (await fetch(`${now.url}/readyz`)).ok;
      },
      { timeoutMs: 60_000, what: 'the new render process' },
    );
    await eventually(async () => (await world.rendered(account.key, old)) === 'first', {
      timeoutMs: 60_000,
      what: 'a render through the gateway',
    });
  });
});

describe('with the registry killed between commit and publish', () => {
  it('nothing that was answered with success is lost', async () => {
    const prompt = await livePrompt();
    const next = await world.draft(account.key, prompt, 'second');
    await world.promote(account.key, prompt, next);
    // Without NATS the promotion commits and cannot be published; then its process dies, with all that it had in memory.
    await platform.nats.kill();
    const promoted = await world.gateway.request('POST', promotePath(prompt, next), {
      token: account.key.token,
    });
    expect(promoted.status).toBe(200);
    const [registry] = platform.services['prompt-registry'];
    process.kill(registry?.pid ?? 0, 'SIGKILL');
    await platform.nats.start();
    await eventually(async () => (await world.rendered(account.key, prompt)) === 'second', {
      timeoutMs: 60_000,
      what: 'the promotion of the killed process',
    });
  });
});
