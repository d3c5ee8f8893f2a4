import { randomUUID } from 'node:crypto';
import type { ProgramState } from '@px0/contracts';
import { linkChat } from '@px0/template';
import { eventually } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishedUsage } from './published-usage.ts';
import { RenderFixture } from './render-fixture.ts';

let render: RenderFixture;
let orgId: string;
let teamId: string;
let key: { id: string; token: string };

beforeAll(async () => {
  render = await RenderFixture.start({ USAGE_FLUSH_MS: '100', VERSION_CACHE_BYTES: '1048576' });
  const organization = await render.organization();
  ({ orgId, teamId } = organization);
  key = await render.identity.createKey(organization.orgId);
});
afterAll(() => render.stop());

/** How many versions that are not live the process holds. */
async function fetchedVersions(): Promise<number> {
  const details: unknown = await (await fetch(`${render.url}/readyz`)).json();
  return Number(
    typeof details === 'object' && details !== null ? Reflect.get(details, 'fetched_versions') : Number.NaN,
  );
}

describe('versions that are not live', () => {
  it('are fetched when they are tagged, before anybody renders them', async () => {
    const before = await fetchedVersions();
    const id = randomUUID();
    const versions = [
      { number: 1, template: 'tagged' },
      { number: 2, template: 'not tagged' },
    ];
    await render.prompt({ id, teamId, slug: 'tagged', versions, tags: { staging: 1 } });
    await eventually(async () => (await fetchedVersions()) === before + 1);
    // The stream forgets both; what was fetched is still there.
    await render.contexts.publishBody(id, 1, 2, undefined);
    await render.contexts.publishBody(id, 2, 2, undefined);
    expect((await render.render('tagged/versions/staging/render', key.token)).body).toMatchObject({
      rendered: 'tagged',
    });
    expect((await render.render('tagged/versions/2/render', key.token)).status).toBe(503);
  });

  it('take no more memory than they are given', async () => {
    const count = 40;
    const template = 'x'.repeat(20_000);
    const versions = Array.from({ length: count }, (_, i) => ({ number: i + 1, template }));
    await render.prompt({ teamId, slug: 'large', versions });
    for (let number = 1; number <= count; number += 1) {
      expect((await render.render(`large/versions/${number}/render`, key.token)).status).toBe(200);
    }
    expect(await fetchedVersions()).toBeLessThan(10);
  });

  it('take no more with what is not their text', async () => {
    const placeholders = Array.from({ length: 100 }, (_, i) => ({ placeholder: `p${i}` }));
    // What each takes: a hundred placeholders about 800 KB, a configuration its length.
    const contents: readonly (readonly [ProgramState, number])[] = [
      [JSON.parse(JSON.stringify(linkChat(placeholders))), 3],
      [{ template: 'x', config: JSON.stringify({ model: 'x'.repeat(60_000) }) }, 18],
    ];
    for (const [content, room] of contents) {
      const slug = `p_${randomUUID().slice(0, 8)}`;
      const numbers = Array.from({ length: 30 }, (_, i) => i + 1);
      await render.prompt({ teamId, slug, versions: numbers.map((number) => ({ number, ...content })) });
      for (const number of numbers)
        expect((await render.render(`${slug}/versions/${number}/render`, key.token)).status).toBe(200);
      expect(await fetchedVersions()).toBeLessThan(room);
    }
  });
});

describe('usage', () => {
  const published = () => publishedUsage(render.bus);

  /** What has been published of a prompt, once it is so many renders. */
  function counted(id: string, count: number) {
    return eventually(async () => {
      const versions = (await published())
        .flatMap((window) => window.versions)
        .filter((one) => one.prompt_id === id);
      const sum = (of: (one: (typeof versions)[number]) => number) =>
        versions.reduce((all, one) => all + of(one), 0);
      const counts = {
        renders: sum((one) => one.renders),
        failures: sum((one) => one.failures),
        latencies: sum((one) => one.latencies.reduce((all, bucket) => all + bucket, 0)),
      };
      return counts.latencies >= count
        ? { ...counts, numbers: new Set(versions.map((one) => one.number)) }
        : undefined;
    });
  }

  it('counts every render and every failure once, by version and by key', async () => {
    const id = await render.prompt({
      teamId,
      slug: 'counted',
      versions: [{ number: 3, template: '{{.x}}', status: 'live' }],
    });
    for (let i = 0; i < 7; i += 1) await render.render('counted/render', key.token, { variables: { x: 1 } });
    for (let i = 0; i < 2; i += 1) await render.render('counted/render', key.token, {});
    const total = await counted(id, 9);
    expect(total).toEqual({ renders: 7, failures: 2, latencies: 9, numbers: new Set([3]) });
    const keys = (await published()).flatMap((window) => window.keys).filter((one) => one.key_id === key.id);
    expect(keys.reduce((all, one) => all + one.failures, 0)).toBe(2);
    expect(Date.parse(keys.at(-1)?.last_used_at ?? '')).toBeGreaterThan(0);
  });

  it('counts renders in worker threads, too, and not what is refused before it is run', async () => {
    const template = '{{range 300}}{{range 1000}}{{if eq $.a $.b}}{{end}}{{end}}{{end}}{{.a}}';
    const versions = [{ number: 5, template, status: 'live' as const }];
    const id = await render.prompt({ teamId, slug: 'heavy', versions });
    const own = await render.identity.createKey(orgId);
    const variables = { a: 'x', b: 'y' };
    const body = JSON.stringify({ renders: [{ slug: 'heavy', variables }, { slug: 'heavy' }] });
    await render.render('heavy/render', own.token, { variables });
    await render.render('heavy/render', own.token, { variables: { a: 'x', b: 1 } });
    await render.post('/v1/prompts/heavy/render', own.token, `{"variables":7}${' '.repeat(300_000)}`);
    await render.post('/v1/render/batch', own.token, body);
    expect(await counted(id, 4)).toEqual({ renders: 2, failures: 2, latencies: 4, numbers: new Set([5]) });
    const keys = (await published()).flatMap((window) => window.keys).filter((one) => one.key_id === own.id);
    expect(keys.reduce((all, one) => all + one.renders, 0)).toBe(2);
  });
});
