import { usageLimits } from '@px0/contracts';
import { eventually } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishedUsage } from './published-usage.ts';
import { RenderFixture } from './render-fixture.ts';

let render: RenderFixture;
let teamId: string;
let key: { id: string; token: string };

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

  it('is counted for its key, and with why it failed, but without any value', async () => {
    const template = '{{range .list}}{{.}}{{end}} {{.name}}';
    const failing = [{ number: 7, template, status: 'live' as const }];
    const id = await render.prompt({ teamId, slug: 'failing', versions: failing });
    const list = ['secret'];
    await render.render('failing/render', key.token, { variables: { list, name: 'x' } });
    await render.render('failing/render', key.token, { variables: { list } });
    await render.render('failing/render', key.token, { variables: { list: 'secret', name: 'x' } });
    const batch = JSON.stringify({ renders: [{ slug: 'failing', variables: { list } }] });
    await render.post('/v1/render/batch', key.token, batch);
    const found = await eventually(async () => {
      const own = (await publishedUsage(render.bus))
        .flatMap((window) => window.versions)
        .filter(({ prompt_id }) => prompt_id === id);
      return own.reduce((sum, { renders, failures }) => sum + renders + failures, 0) === 4 ? own : undefined;
    });
    const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
    const callers = found.flatMap((version) => version.callers ?? []);
    expect(new Set(callers.map(({ key_id }) => key_id))).toEqual(new Set([key.id]));
    expect([
      sum(callers.map(({ renders }) => renders)),
      sum(callers.map(({ failures }) => failures)),
    ]).toEqual([1, 3]);
    const reasons = Map.groupBy(
      found.flatMap((version) => version.reasons ?? []),
      ({ reason }) => reason,
    );
    expect(
      [...reasons]
        .map(([reason, counts]) => [reason, sum(counts.map(({ failures }) => failures))])
        .toSorted(),
    ).toEqual([
      ['template: prompt:1:30: executing "prompt" at <.name>: map has no entry for key "name"', 2],
      ['template: prompt:1:8: executing "prompt" at <.list>: range can\'t iterate over …', 1],
    ]);
    expect(JSON.stringify(found)).not.toContain('secret');
  });

  const ask = (url: string, headers: Record<string, string>) =>
    fetch(`${url}/v1/prompts/crowded/render`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key.token}`, ...headers },
      body: '{"variables":{"name":"x"}}',
    });
});
