/** Keys with limits, against keys without: a narrow key's answer is the wide one's on what it sees, and a 404 beyond. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StateOf } from '@px0/contracts';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Listener, of, snapshot } from './delivery-client.ts';
import { RelayFixture, renderAt } from './relay-fixture.ts';
import type { Answer, PlayedVersion } from './render-fixture.ts';

type Limits = StateOf<'narrowKey'>['limits'];

let house: RelayFixture;
const open: Listener[] = [];

beforeAll(async () => {
  house = await RelayFixture.start();
});
afterEach(() => {
  for (const listener of open.splice(0)) listener.leave();
});
afterAll(() => house?.stop());

const version = (number: number, status: PlayedVersion['status']): PlayedVersion => ({
  number,
  template: `version ${number}`,
  ...(status === undefined ? {} : { status }),
});
/** Version 4 is live; `prod` is 3, `dev` is 2, `both` is 4, and version 1 has no ref. */
const versions = [version(1, 'stable'), version(2, 'draft'), version(3, 'stable'), version(4, 'live')];
const tags = { prod: 3, dev: 2, both: 4 };
const createdAt = '2026-01-01T00:00:00Z';

const PROMPT = [404, { error: 'prompt not found' }];
const VERSION = [404, { error: 'version not found' }];
const NO_LIVE = [404, { error: 'no live version found for this prompt' }];
const outcome = ({ status, body }: Answer) => [status, body];

/** An organization with some prompts, and a key without limits. */
async function place(slugs: readonly string[]) {
  const { px0 } = house;
  const org = await px0.organization();
  const ids = new Map<string, string>();
  for (const slug of slugs)
    ids.set(slug, await px0.prompt({ teamId: org.teamId, slug, versions, tags, createdAt }));
  const wide = await px0.identity.createKey(org.orgId, { operation: 'read_render' });
  const narrow = async (limits: Limits) =>
    (await px0.identity.createNarrowKey(org.orgId, limits, { operation: 'read_render' })).token;
  return { ...org, wide: wide.token, narrow, idOf: (slug: string) => ids.get(slug) ?? '' };
}

async function listen(url: string, token: string): Promise<Listener> {
  const listener = await Listener.synced(url, token);
  open.push(listener);
  return listener;
}

const refsOf = (listener: Listener, teamId: string, promptId: string) => {
  const prompt = listener.prompt(teamId, promptId);
  return prompt && [prompt.live, prompt.tags, prompt.versions.map((one) => one.version)];
};

describe('a render with a narrow key', () => {
  it('finds prompts by their slugs, and versions by the refs that it sees', async () => {
    const { wide, narrow } = await place(['billing_reply', 'greeting']);
    const slugs = await narrow({ slugs: ['billing_*'] });
    const refs = await narrow({ refs: { live: true, tags: ['pro*'] } });
    const tagged = await narrow({ refs: { live: false, tags: ['both'] } });
    await house.px0.caughtUp(tagged);
    const render = async (path: string, token: string) => outcome(await house.px0.render(path, token));
    const of = (path: string) => render(path, wide);

    expect(await render('billing_reply/render', slugs)).toEqual(await of('billing_reply/render'));
    expect(await render('billing_reply/versions/1/render', slugs)).toEqual(
      await of('billing_reply/versions/1/render'),
    );
    for (const path of ['greeting/render', 'greeting/versions/prod/render', 'greeting/versions/9/render'])
      expect(await render(path, slugs)).toEqual(PROMPT);

    for (const ref of ['3', '4', 'prod'])
      expect(await render(`greeting/versions/${ref}/render`, refs)).toEqual(
        await of(`greeting/versions/${ref}/render`),
      );
    for (const ref of ['1', '2', '9', 'dev', 'both', 'none'])
      expect(await render(`greeting/versions/${ref}/render`, refs)).toEqual(VERSION);
    expect(await render('greeting/render', refs)).toEqual(await of('greeting/render'));

    expect(await render('greeting/render', tagged)).toEqual(NO_LIVE);
    expect((await render('greeting/versions/4/render', tagged))[0]).toBe(200);
    expect(await render('greeting/versions/3/render', tagged)).toEqual(VERSION);

    const batch = JSON.stringify({
      renders: [
        { slug: 'billing_reply' },
        { slug: 'greeting' },
        { slug: 'billing_reply', version: 'dev' },
        { slug: 'none' },
      ],
    });
    const { body } = await house.px0.post('/v1/render/batch', slugs, batch);
    expect(body).toMatchObject({
      results: [
        { status: 200 },
        { status: 404, error: 'prompt not found' },
        { status: 200 },
        { status: 404 },
      ],
    });
  });

  it('follows a tag that moves', async () => {
    const { teamId, narrow, idOf } = await place(['greeting']);
    const token = await narrow({ refs: { live: false, tags: ['prod'] } });
    await house.px0.caughtUp(token);
    const statusOf = async (ref: string) =>
      (await house.px0.render(`greeting/versions/${ref}/render`, token)).status;
    expect([await statusOf('3'), await statusOf('1')]).toEqual([200, 404]);
    await house.px0.prompt({
      id: idOf('greeting'),
      teamId,
      slug: 'greeting',
      versions,
      createdAt,
      tags: { ...tags, prod: 1 },
    });
    await house.px0.caughtUp(token);
    expect([await statusOf('3'), await statusOf('1'), await statusOf('prod')]).toEqual([404, 200, 200]);
  });

  const text = fc.array(fc.constantFrom('a', 'b', '_', '*'), { minLength: 1, maxLength: 4 });
  const pattern = text.map((characters) => characters.join(''));
  const limitsOf = fc.record(
    {
      slugs: fc.array(pattern, { minLength: 1, maxLength: 3 }),
      refs: fc.record({
        live: fc.boolean(),
        tags: fc.array(fc.constantFrom('prod', 'p*', '*', 'd*v', 'bot', 'both'), { maxLength: 2 }),
      }),
    },
    { requiredKeys: [] },
  );

  it('is the wide key’s on what it sees, and a 404 beyond: renders and deliveries, for any limits', async () => {
    const slugs = ['a', 'ab', 'a_b', 'b_a', 'bb'];
    const { teamId, wide, narrow, idOf } = await place(slugs);
    const matches = (patterns: readonly string[], value: string) =>
      patterns.some((one) => new RegExp(`^${one.replaceAll('*', '.*')}$`).test(value));
    const refs = [undefined, '1', '2', '3', '4', ...Object.keys(tags)];
    const pathOf = (slug: string, ref: string | undefined) =>
      ref === undefined ? `${slug}/render` : `${slug}/versions/${ref}/render`;
    const wideAnswers = new Map<string, unknown>();
    await house.px0.caughtUp(wide);
    for (const slug of slugs)
      for (const ref of refs) {
        const path = pathOf(slug, ref);
        wideAnswers.set(path, outcome(await house.px0.render(path, wide)));
      }
    await fc.assert(
      fc.asyncProperty(limitsOf, async (limits) => {
        const token = await narrow(limits);
        await house.px0.caughtUp(token);
        const seesTag = (tag: string) => limits.refs === undefined || matches(limits.refs.tags, tag);
        const seesNumber = (number: number) =>
          limits.refs === undefined ||
          (limits.refs.live && number === 4) ||
          Object.entries(tags).some(([tag, on]) => on === number && seesTag(tag));
        const sees = (ref: string | undefined) => {
          if (ref === undefined) return limits.refs?.live ?? true;
          return /^\d/.test(ref) ? seesNumber(Number(ref)) : seesTag(ref);
        };
        const seesSlug = (slug: string) => limits.slugs === undefined || matches(limits.slugs, slug);
        for (const slug of slugs)
          for (const ref of refs) {
            const path = pathOf(slug, ref);
            const missing = ref === undefined ? NO_LIVE : VERSION;
            const expected = !seesSlug(slug) ? PROMPT : sees(ref) ? wideAnswers.get(path) : missing;
            expect([path, outcome(await house.px0.render(path, token))]).toEqual([path, expected]);
          }
        const { frames } = await snapshot(house.px0.url, token);
        const puts = of(frames, 'put').map(({ prompt }) => prompt);
        expect(puts.map(({ slug }) => slug).sort()).toEqual(slugs.filter(seesSlug).sort());
        for (const prompt of puts) {
          expect(prompt.id).toBe(idOf(prompt.slug));
          expect(prompt.live).toBe(sees(undefined) ? 4 : null);
          expect(Object.keys(prompt.tags).sort()).toEqual(Object.keys(tags).filter(seesTag).sort());
          const delivered = [2, 3, 4].filter(seesNumber);
          expect(prompt.versions.map((one) => one.version)).toEqual(delivered);
          for (const one of prompt.versions) expect(one.template).toBe(`version ${one.version}`);
        }
        expect(teamId).toBeTruthy();
      }),
      { numRuns: 25 },
    );
  });
});

describe('a delivery to a narrow key', () => {
  it('follows slugs and tags while it is listened to, and says nothing of what it does not see', async () => {
    const { teamId, narrow, idOf } = await place(['billing_reply', 'greeting']);
    const token = await narrow({ slugs: ['billing_*'], refs: { live: false, tags: ['prod'] } });
    await house.px0.caughtUp(token);
    const listener = await listen(house.px0.url, token);
    const [billing, greeting] = [idOf('billing_reply'), idOf('greeting')];
    const now = () => refsOf(listener, teamId, billing);
    expect(listener.slugs).toEqual(['billing_reply']);
    expect(now()).toEqual([null, { prod: 3 }, [3]]);

    const change = (id: string, slug: string, to: Record<string, number>) =>
      house.px0.prompt({ id, teamId, slug, versions, createdAt, tags: to });
    const looked = listener.frames.length;
    // Neither is seen: a tag outside of its limits, and a prompt outside of them.
    await change(billing, 'billing_reply', { ...tags, dev: 1 });
    await change(greeting, 'greeting', { prod: 1 });
    await change(billing, 'billing_reply', { ...tags, dev: 1, prod: 2 });
    await listener.until(() => JSON.stringify(now()) === JSON.stringify([null, { prod: 2 }, [2]]));
    expect(of(listener.frames.slice(looked), 'put')).toHaveLength(1);

    // It leaves the audience with its slug, another one arrives, and it comes back.
    await change(billing, 'invoice', tags);
    await listener.until(() => listener.slugs.length === 0 || undefined);
    await change(greeting, 'billing_greeting', tags);
    await listener.until(() => listener.slugs.join() === 'billing_greeting' || undefined);
    await change(billing, 'billing_again', {});
    await listener.until(() => listener.slugs.length === 2 || undefined);
    expect(now()).toEqual([null, {}, []]);
    await listener.next('heartbeat', listener.frames.length);
  });

  it('is a snapshot with a tag of its own, which stays while only other things change', async () => {
    const { teamId, wide, narrow, idOf } = await place(['billing_reply', 'greeting']);
    const token = await narrow({ refs: { live: true, tags: ['prod'] } });
    const bySlug = await narrow({ slugs: ['billing_*'] });
    await house.px0.caughtUp(bySlug);
    const etagOf = async (key: string) => (await snapshot(house.px0.url, key)).headers.get('etag');
    const [whole, seen, some] = [await etagOf(wide), await etagOf(token), await etagOf(bySlug)];
    expect(new Set([whole, seen, some]).size).toBe(3);
    await house.px0.prompt({
      id: idOf('greeting'),
      teamId,
      slug: 'greeting',
      versions,
      createdAt,
      tags: { ...tags, dev: 1 },
    });
    await house.px0.caughtUp(token);
    await expect.poll(() => etagOf(wide), { timeout: 30_000 }).not.toBe(whole);
    expect([await etagOf(token), await etagOf(bySlug)]).toEqual([seen, some]);
    const named = await snapshot(house.px0.url, bySlug, { slugs: 'greeting,billing_reply' });
    expect(of(named.frames, 'put').map(({ prompt }) => prompt.slug)).toEqual(['billing_reply']);
  });

  it('takes reports of usage about prompts that the key sees only', async () => {
    const { narrow, idOf } = await place(['billing_reply', 'greeting']);
    const token = await narrow({ slugs: ['billing_*'] });
    await house.px0.caughtUp(token);
    const time = new Date().toISOString();
    const row = { source: 'stream', version: 4, renders: 1, failures: 0 };
    const body = {
      reports: [
        {
          process: '7c1f0f4e-5b0a-4d57-9a0e-2f6f6c1d3b58',
          window: 1,
          started_at: time,
          ended_at: time,
          service: { name: 'checkout' },
          rows: [
            { ...row, slug: 'billing_reply' },
            { ...row, prompt_id: idOf('billing_reply') },
            { ...row, slug: 'greeting' },
            { ...row, prompt_id: idOf('greeting') },
          ],
        },
      ],
    };
    const answer = await fetch(`${house.px0.url}/v1/delivery/usage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect([answer.status, answer.headers.get('px0-dropped')]).toEqual([204, '2']);
  });
});

describe('a relay', () => {
  it('with a narrow key has what the key sees, and narrows its own tokens further', async () => {
    const { teamId, narrow, idOf } = await place(['billing_reply', 'billing_late', 'greeting']);
    const token = await narrow({ slugs: ['billing_*'], refs: { live: true, tags: ['prod'] } });
    await house.px0.caughtUp(token);
    house.answerVersion = () => ({ status: 404, body: { error: 'version not found' } });
    const file = join(await house.folder(), 'tokens.ndjson');
    const narrow_sha256 = createHash('sha256').update('further').digest('hex');
    const limits = { slugs: ['*_late'], refs: { live: false, tags: ['*'] } };
    await writeFile(file, JSON.stringify({ name: 'a', narrow_sha256, limits }));
    const relay = await house.relay(token, { RELAY_TOKENS_FILE: file });
    const render = async (path: string, caller: string) => outcome(await renderAt(relay, path, caller));

    expect(await render('billing_reply/render', token)).toMatchObject([200, { version: 4 }]);
    expect(await render('billing_reply/versions/prod/render', token)).toMatchObject([200, { version: 3 }]);
    expect(await render('billing_reply/versions/dev/render', token)).toEqual(VERSION);
    expect(await render('billing_reply/versions/2/render', token)).toEqual(VERSION);
    expect(await render('greeting/render', token)).toEqual(PROMPT);

    expect(await render('billing_late/versions/prod/render', 'further')).toMatchObject([200, { version: 3 }]);
    expect(await render('billing_late/render', 'further')).toEqual(NO_LIVE);
    expect(await render('billing_late/versions/4/render', 'further')).toEqual(VERSION);
    expect(await render('billing_reply/render', 'further')).toEqual(PROMPT);

    const listener = await listen(relay.url, 'further');
    const late = idOf('billing_late');
    expect(listener.slugs).toEqual(['billing_late']);
    expect(refsOf(listener, teamId, late)).toEqual([null, { prod: 3 }, [3]]);
    await house.px0.prompt({
      id: late,
      teamId,
      slug: 'billing_late',
      versions,
      createdAt,
      tags: { prod: 1 },
    });
    await listener.until(
      () => JSON.stringify(refsOf(listener, teamId, late)) === JSON.stringify([null, { prod: 1 }, [1]]),
    );
    expect(await render('billing_late/versions/3/render', 'further')).toEqual(VERSION);
  });
});
