import { usageLimits } from '@px0/contracts';
import { eventually } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishedUsage } from './published-usage.ts';
import { RenderFixture } from './render-fixture.ts';

let render: RenderFixture;
let teamId: string;
let key: { token: string };

const versions = [{ number: 7, template: 'Hi {{.name}}', status: 'live' as const }];

beforeAll(async () => {
  render = await RenderFixture.start({ USAGE_FLUSH_MS: '100' });
  const home = await render.organization();
  ({ teamId } = home);
  key = await render.identity.createKey(home.orgId, { operation: 'read_render' });
  await render.caughtUp(key.token);
});
afterAll(() => render.stop());

describe('a render whose service gives its name', () => {
  const named = (service: string) => ({ 'px0-service': service });

  /** What has been published of a prompt's services, once it is so many renders. */
  function servicesOf(promptId: string, count: number) {
    return eventually(async () => {
      const found = (await publishedUsage(render.bus))
        .flatMap((window) => window.versions)
        .filter(({ prompt_id }) => prompt_id === promptId);
      if (found.reduce((sum, { renders, failures }) => sum + renders + failures, 0) < count) return undefined;
      const totals = new Map<string, [number, number]>();
      for (const { service, renders, failures } of found.flatMap(({ services = [] }) => services)) {
        const [before, failed] = totals.get(service) ?? [0, 0];
        totals.set(service, [before + renders, failed + failures]);
      }
      return Object.fromEntries(totals);
    });
  }

  it('is counted for it, alone and in a batch, beside those that give none', async () => {
    const id = await render.prompt({ teamId, slug: 'served', versions });
    const variables = { name: 'x' };
    for (let i = 0; i < 3; i += 1)
      await render.render('served/render', key.token, { variables }, named('checkout'));
    await render.render('served/render', key.token, {}, named('checkout'));
    await render.render('served/render', key.token, { variables }, named(` ${'m'.repeat(200)}`));
    await render.render('served/render', key.token, { variables }, named(' '));
    await render.render('served/render', key.token, { variables });
    const batch = JSON.stringify({
      renders: [
        { slug: 'served', variables },
        { slug: 'served', variables },
      ],
    });
    await render.post('/v1/render/batch', key.token, batch, named('caf\u00c3\u00a9'));
    expect(await servicesOf(id, 9)).toEqual({ checkout: [3, 1], ['m'.repeat(128)]: [1, 0], café: [2, 0] });
  });

  it('is counted for its version only beyond a hundred services', async () => {
    const quiet = await render.another({ USAGE_FLUSH_MS: '600000' });
    const id = await render.prompt({ teamId, slug: 'crowded', versions });
    const names = Array.from({ length: usageLimits.servicesOfVersion + 5 }, (_, i) => `service ${i}`);
    try {
      await eventually(async () => (await ask(quiet.url, {})).status === 200);
      for (const name of names) await ask(quiet.url, named(name));
    } finally {
      await quiet.stop();
    }
    expect(Object.keys(await servicesOf(id, names.length + 1))).toEqual(
      names.slice(0, usageLimits.servicesOfVersion),
    );
  });

  const ask = (url: string, headers: Record<string, string>) =>
    fetch(`${url}/v1/prompts/crowded/render`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key.token}`, ...headers },
      body: '{"variables":{"name":"x"}}',
    });
});
