import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { encodeToken } from '@px0/event-bus';
import { compile } from '@px0/template';
import { eventually } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { of, type SnapshotAnswer, snapshot, sum } from './delivery-client.ts';
import { RenderFixture } from './render-fixture.ts';

let render: RenderFixture;
let key: { id: string; token: string };

beforeAll(async () => {
  render = await RenderFixture.start({ DELIVERY_MAX_PROMPTS: '50' });
  const { orgId } = await render.organization();
  key = await render.identity.createKey(orgId, { operation: 'read_render' });
  await render.caughtUp(key.token);
});
afterAll(() => render.stop());

/** An organization of its own with some teams, and a key that reads all of them. */
async function place(...slugs: readonly (readonly string[])[]) {
  const org = await render.organization();
  const teamIds = [org.teamId];
  while (teamIds.length < slugs.length) teamIds.push(await render.team(org.orgId));
  const ids = new Map<string, string>();
  for (const [index, list] of slugs.entries())
    for (const slug of list)
      ids.set(slug, await render.prompt({ teamId: teamIds[index] ?? '', slug, versions: [live(1, slug)] }));
  const { token } = await render.identity.createKey(org.orgId, { operation: 'read_render' });
  return { ...org, teamIds, token, idOf: (slug: string) => ids.get(slug) ?? '' };
}

function live(number: number, template: string) {
  return { number, template, status: 'live' as const };
}

/** A snapshot that covers everything that was published here before. */
async function current(
  token: string,
  query: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<SnapshotAnswer> {
  const revision = encodeToken({ epoch: render.contexts.epoch, sequence: render.contexts.lastSequence });
  // Asked again by a client of a process that has not caught up in time.
  return eventually(
    async () => {
      const answer = await snapshot(render.url, token, query, { 'px0-min-revision': revision, ...headers });
      return answer.headers.has('px0-stale') ? undefined : answer;
    },
    { what: 'a snapshot that is not stale' },
  );
}

const slugsOf = ({ frames }: SnapshotAnswer) =>
  of(frames, 'put')
    .map(({ prompt }) => prompt.slug)
    .toSorted();

describe('a snapshot', () => {
  it('holds every team, an empty one too, and every prompt with its live version', async () => {
    const { token, teamIds } = await place(['one', 'two'], []);
    const answer = await current(token);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('private, no-cache, no-transform');
    expect(answer.headers.get('vary')).toBe('Authorization, Accept-Encoding');
    expect(answer.headers.get('px0-stale')).toBeNull();
    expect(of(answer.frames, 'begin')).toEqual(
      teamIds.toSorted().map((team_id) => ({ type: 'begin', team_id, base: null })),
    );
    expect(slugsOf(answer)).toEqual(['one', 'two']);
    const [sync] = of(answer.frames, 'sync');
    expect(answer.frames.at(-1)).toBe(sync);
    expect(sync).toMatchObject({ ...sum(answer.frames), count: 2, key_expires_at: null });
    expect(sync?.revision).toBe(answer.headers.get('px0-revision'));
    expect(sync?.teams.map(({ team_id }) => team_id)).toEqual(teamIds.toSorted());
    expect(answer.headers.get('etag')).toBe(`"${sync?.digest}.2"`);
  });

  it('tells of a prompt what decides its renders: the live and the tagged versions with their whole programs', async () => {
    const { token, teamId: team } = await place([]);
    const outline = [{ role: 'user' as const, unit: 'u0' }];
    const chat = '{{define "u0"}}Hi{{end}}';
    const id = await render.prompt({
      teamId: team,
      slug: 'chat',
      createdAt: '2026-01-02T03:04:05.12Z',
      tags: { next: 3, prod: 2 },
      versions: [
        { number: 1, template: 'old' },
        { number: 2, template: chat, outline, config: '{"model":"m"}', status: 'live' },
        { number: 3, template: 'draft' },
      ],
    });
    const [put] = of((await current(token)).frames, 'put');
    expect(put).toMatchObject({ team_id: team });
    expect(put?.prompt).toEqual({
      id,
      slug: 'chat',
      status: 'active',
      created_at: '2026-01-02T03:04:05.12Z',
      live: 2,
      tags: { next: 3, prod: 2 },
      versions: [
        { version: 2, status: 'live', template: chat, outline, config: '{"model":"m"}', language: 1 },
        { version: 3, status: 'draft', template: 'draft', language: 1 },
      ],
      etag: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });

  it('tells of a contract that is not off, and then of the schemas by which clients judge', async () => {
    const { token, teamId: team } = await place([]);
    const [one, two] = [{ required: ['one'] }, { type: 'object', required: ['two'] }] as const;
    const versions = [
      { number: 1, template: '{{.a}}' },
      { number: 2, template: '{{.b}}', schema: one },
      { ...live(3, '{{.c}}'), schema: two },
    ];
    const tags = { prod: 1, next: 2 };
    const prompt = { teamId: team, slug: 'judged', id: randomUUID(), createdAt: '2026-01-01T00:00:00Z' };
    const told = async () => {
      const { frames } = await current(token);
      expect(of(frames, 'sync')[0]).toMatchObject(sum(frames));
      const [put] = of(frames, 'put');
      return { ...put?.prompt, schemas: put?.prompt.versions.map(({ schema }) => schema) };
    };
    await render.prompt({ ...prompt, versions, tags });
    const off = await told();
    expect([off.contract, off.schemas]).toEqual([undefined, [undefined, undefined, undefined]]);
    await render.prompt({ ...prompt, versions, tags, contract: 'warn' });
    const warn = await told();
    const inferred = compile('{{.a}}').inputSchema;
    expect([warn.contract, warn.schemas]).toEqual(['warn', [inferred, one, two]]);
    await render.prompt({ ...prompt, versions, tags, contract: 'enforce' });
    const enforce = await told();
    expect([enforce.contract, enforce.schemas]).toEqual(['enforce', warn.schemas]);
    await render.prompt({ ...prompt, versions, tags });
    expect(await told()).toEqual(off);
    expect(new Set([off, warn, enforce].map(({ etag }) => etag)).size).toBe(3);
  });

  it('has the schema of a version that was live while the contract was off', async () => {
    const { token, teamId: team } = await place([]);
    const prompt = { teamId: team, slug: 'former', id: randomUUID(), tags: { prod: 1 } };
    const schema = { required: ['one'] };
    const first = { number: 1, template: 'one', schema };
    const schemas = async () =>
      of((await current(token)).frames, 'put')[0]?.prompt.versions.map((version) => version.schema);
    await render.prompt({ ...prompt, versions: [{ ...first, status: 'live' }] });
    expect(await schemas()).toEqual([undefined]);
    const both = [first, live(2, 'two')];
    await render.prompt({ ...prompt, versions: both });
    expect(await schemas()).toEqual([undefined, undefined]);
    await render.prompt({ ...prompt, versions: both, contract: 'enforce' });
    expect(await schemas()).toEqual([schema, compile('two').inputSchema]);
  });

  it('is 304 until something that is delivered changes, whatever else does', async () => {
    const { token, teamId: team, idOf } = await place(['kept']);
    const first = await current(token);
    const etag = first.headers.get('etag') ?? '';
    // A draft that no tag stands on.
    const versions = [live(1, 'kept'), { number: 2, template: 'draft' }];
    await render.prompt({
      id: idOf('kept'),
      teamId: team,
      slug: 'kept',
      versions,
      createdAt: createdAt(first),
    });
    const since = of(first.frames, 'sync')[0]?.revision ?? '';
    const second = await current(token, { since }, { 'if-none-match': etag });
    expect([second.status, second.text, second.headers.get('etag')]).toEqual([304, '', etag]);
    await render.prompt({ id: idOf('kept'), teamId: team, slug: 'kept', versions: [live(1, 'other')] });
    const third = await current(token, {}, { 'if-none-match': etag });
    expect([third.status, third.headers.get('etag') === etag]).toEqual([200, false]);
  });

  it('of what changed since a revision has only that, and what has left', async () => {
    const { token, teamIds, idOf } = await place(['stays', 'changes', 'moves', 'goes'], []);
    const [here = '', there = ''] = teamIds;
    const since = of((await current(token)).frames, 'sync')[0]?.revision ?? '';
    await render.prompt({ id: idOf('changes'), teamId: here, slug: 'changes', versions: [live(2, 'new')] });
    const { frames } = await current(token, { since });
    expect(frames.map(({ type }) => type)).toEqual(['begin', 'put', 'sync']);
    expect(frames[0]).toEqual({ type: 'begin', team_id: here, base: since });
    expect(frames[1]).toMatchObject({ prompt: { live: 2, versions: [{ template: 'new' }] } });

    await render.prompt({ id: idOf('moves'), teamId: there, slug: 'moves', versions: [live(1, 'moves')] });
    await render.contexts.remove('prompt', idOf('goes'));
    const after = await current(token, { since: of(frames, 'sync')[0]?.revision ?? '' });
    expect(of(after.frames, 'begin').map(({ base }) => base !== null)).toEqual([true, true]);
    expect(of(after.frames, 'put')).toMatchObject([{ team_id: there, prompt: { slug: 'moves' } }]);
    expect(of(after.frames, 'delete').map(({ team_id, prompt_id }) => [team_id, prompt_id])).toEqual([
      [here, idOf('moves')],
      [here, idOf('goes')],
    ]);
    expect(of(after.frames, 'sync')[0]).toMatchObject(sum((await current(token)).frames));
  });

  it('is whole when the revision is of an earlier epoch, and 503 when it is later than what is known', async () => {
    const { token } = await place(['one']);
    const early = encodeToken({ epoch: '1', sequence: 5 });
    expect(of((await current(token, { since: early })).frames, 'begin')).toMatchObject([{ base: null }]);
    for (const since of [
      encodeToken({ epoch: render.contexts.epoch, sequence: 1_000_000 }),
      encodeToken({ epoch: `${render.contexts.epoch}0`, sequence: 1 }),
    ]) {
      const answer = await snapshot(render.url, token, { since });
      expect([answer.status, answer.text]).toEqual([503, '{"error":"revision not yet available"}']);
      expect(answer.headers.get('retry-after')).toBe('1');
    }
  });

  it('narrows to teams and slugs, of whose prompts alone its digest is', async () => {
    const { token, teamIds } = await place(['a', 'b'], ['b', 'c']);
    const [first = '', second = ''] = teamIds;
    const narrow = async (query: Record<string, string>) => {
      const answer = await current(token, query);
      expect(of(answer.frames, 'sync')[0]).toMatchObject(sum(answer.frames));
      return slugsOf(answer);
    };
    expect(await narrow({ team_id: second })).toEqual(['b', 'c']);
    expect(await narrow({ team_id: `${second},${first.toUpperCase()},${second}` })).toEqual([
      'a',
      'b',
      'b',
      'c',
    ]);
    expect(await narrow({ slugs: 'b' })).toEqual(['b', 'b']);
    expect(await narrow({ slugs: 'a,c,none', team_id: first })).toEqual(['a']);
    expect(await narrow({ slugs: '', team_id: '' })).toEqual(['a', 'b', 'b', 'c']);
    const [none] = of((await current(token, { slugs: 'none' })).frames, 'sync');
    expect(none).toMatchObject({ count: 0, digest: '0000000000000000' });
    expect(none?.teams).toHaveLength(2);
  });

  it('holds a tagged draft anew when it is edited, and says that a content is yet to come when it is not there', async () => {
    const { token, teamId: team } = await place([]);
    const id = randomUUID();
    const draft = (template: string, bodyRevision: number) => ({
      id,
      teamId: team,
      slug: 'tagged',
      tags: { next: 2 },
      versions: [live(1, 'live'), { number: 2, template, bodyRevision }],
    });
    const nextOf = async () => {
      const [put] = of((await current(token)).frames, 'put');
      return put?.prompt.versions[1];
    };
    await render.prompt(draft('first', 1));
    await expect.poll(nextOf).toMatchObject({ template: 'first' });
    await render.prompt(draft('second', 2));
    await expect.poll(nextOf).toMatchObject({ template: 'second' });
    // The event is there before its body.
    const now = new Date().toISOString();
    const state = {
      team_id: team,
      slug: 'tagged',
      name: 'tagged',
      status: 'active' as const,
      created_at: now,
      updated_at: now,
    };
    await render.contexts.publish('prompt', id, {
      ...state,
      live: { number: 1, template: 'live' },
      tags: { next: 2 },
      versions: [
        [1, 'live', 1],
        [2, 'draft', 3],
      ],
    });
    const pending = await eventually(async () => {
      const version = await nextOf();
      return version?.missing === undefined ? undefined : version;
    });
    expect(pending).toEqual({ version: 2, status: 'draft', template: null, missing: 'pending', language: 1 });
    await render.contexts.publishBody(id, 2, 3, { template: 'third' });
    await eventually(async () => (await nextOf())?.template === 'third');
  });

  it('leaves out the versions of a prompt that is too large, but the live one', async () => {
    const { token, teamId: team } = await place([]);
    const large = 'x'.repeat(500_000);
    const numbers = Array.from({ length: 9 }, (_, index) => index + 1);
    const tags = Object.fromEntries(numbers.map((number) => [`t${number}`, number]));
    const versions = numbers.map((number) =>
      number === 9 ? live(number, large) : { number, template: large, status: 'stable' as const },
    );
    await render.prompt({ teamId: team, slug: 'large', tags, versions });
    const [put] = of((await current(token)).frames, 'put');
    expect(put?.prompt.versions.map(({ missing = '' }) => missing)).toEqual([
      ...Array(7).fill(''),
      'too_large',
      '',
    ]);
  });

  it('is compressed for those who take that, and HEAD has the headers alone', async () => {
    const { token } = await place(['one']);
    await current(token);
    const compressed = await fetch(`${render.url}/v1/delivery/snapshot`, {
      headers: { authorization: `Bearer ${token}`, 'accept-encoding': 'br, gzip' },
    });
    expect(compressed.headers.get('content-encoding')).toBe('gzip');
    expect(await compressed.text()).toContain('"slug":"one"');
    const plain = await snapshot(render.url, token, {}, { 'accept-encoding': 'gzip;q=0' });
    expect(plain.headers.get('content-encoding')).toBeNull();
    const head = await snapshot(render.url, token, {}, {}, 'HEAD');
    expect([head.status, head.text, head.headers.get('etag')]).toEqual([200, '', plain.headers.get('etag')]);
  });

  it('is what a session’s user may read, and what a key with listed teams may', async () => {
    const { orgId: org, teamIds } = await place(['a'], ['b']);
    const [first = '', second = ''] = teamIds;
    const user = await render.identity.register();
    await render.member(second, user.id);
    expect(slugsOf(await current(user.token))).toEqual(['b']);
    const scope = { kind: 'teams' as const, team_ids: [first] };
    const expires_at = new Date(Date.now() + 3_600_000).toISOString();
    const listed = await render.identity.createKey(org, { scope, operation: 'read_render', expires_at });
    const answer = await current(listed.token);
    expect(slugsOf(answer)).toEqual(['a']);
    expect(of(answer.frames, 'sync')[0]?.key_expires_at).toBe(expires_at);
  });
});

describe('snapshots that are not read', () => {
  it('hold up those of the same organization, and nobody else, until one has gone', async () => {
    const slow = await place([]);
    const other = await place(['one']);
    const text = 'x'.repeat(500_000);
    for (let index = 0; index < 30; index += 1)
      await render.prompt({ teamId: slow.teamId, slug: `large-${index}`, versions: [live(1, text)] });
    await render.caughtUp(slow.token);
    const sockets = Array.from({ length: 8 }, () => connect(Number(new URL(render.url).port), '127.0.0.1'));
    for (const socket of sockets) {
      const headers = `Host: x\r\nAuthorization: Bearer ${slow.token}`;
      socket.write(`GET /v1/delivery/snapshot HTTP/1.1\r\n${headers}\r\n\r\n`);
    }
    await Promise.all(sockets.map((socket) => once(socket, 'readable')));
    const state = { isAnswered: false };
    const waiting = snapshot(render.url, slow.token, { slugs: 'large-1' }).finally(() => {
      state.isAnswered = true;
    });
    expect((await current(other.token)).status).toBe(200);
    const etag = (await snapshot(render.url, slow.token, {}, {}, 'HEAD')).headers.get('etag') ?? '';
    expect((await snapshot(render.url, slow.token, {}, { 'if-none-match': etag })).status).toBe(304);
    expect(state.isAnswered).toBe(false);
    sockets[0]?.destroy();
    expect((await waiting).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });
});

describe('a snapshot is refused', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => `s${index}`).join();

  it.each([
    ['without a credential', undefined, {}, 401, 'unauthorized'],
    [
      'without a credential, whatever else is wrong',
      undefined,
      { team_id: 'x', since: '!' },
      401,
      'unauthorized',
    ],
    ['with a team that is no id', 'key', { team_id: 'nope', slugs: many(201) }, 400, 'invalid id'],
    ['with more than 100 teams', 'key', { team_id: Array(101).fill(randomUUID()).join() }, 400, 'invalid id'],
    [
      'for a team that the caller does not read',
      'key',
      { team_id: randomUUID(), slugs: many(201) },
      403,
      'forbidden',
    ],
    [
      'with more than 200 slugs',
      'key',
      { slugs: many(201), since: '!' },
      400,
      'slugs must have at most 200 items',
    ],
    ['with a revision that is none', 'key', { since: '!' }, 400, 'invalid revision'],
  ])('%s', async (_, who, query, status, error) => {
    const answer = await snapshot(render.url, who === 'key' ? key.token : undefined, query);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([status, { error }]);
    expect(answer.headers.get('px0-revision')).toMatch(/^[\w-]+$/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('with a demanded revision that is none, but not before the caller was judged', async () => {
    const headers = { 'px0-min-revision': '!' };
    expect((await snapshot(render.url, undefined, {}, headers)).status).toBe(401);
    expect((await snapshot(render.url, key.token, { slugs: many(201) }, headers)).text).toContain('slugs');
    expect((await snapshot(render.url, key.token, {}, headers)).text).toBe('{"error":"invalid revision"}');
  });

  it('to a user who is not verified', async () => {
    const user = await render.identity.register({ is_verified: false });
    const answer = await snapshot(render.url, user.token);
    expect([answer.status, answer.text]).toEqual([403, '{"error":"user is not verified"}']);
  });

  it('when more would be delivered than may be, unless less is asked for', async () => {
    const { token } = await place(Array.from({ length: 51 }, (_, index) => `s${index}`));
    const answer = await current(token);
    expect([answer.status, answer.text]).toEqual([
      422,
      '{"error":"audience is too large; name teams or slugs"}',
    ]);
    expect((await current(token, { slugs: many(5) })).status).toBe(200);
  });

  it('when it must cover a revision that does not come', async () => {
    const headers = {
      'px0-min-revision': encodeToken({ epoch: render.contexts.epoch, sequence: 1_000_000 }),
      'px0-consistency': 'require',
    };
    expect((await snapshot(render.url, key.token, { team_id: 'nope' }, headers)).status).toBe(400);
    const answer = await snapshot(render.url, key.token, {}, headers);
    expect([answer.status, answer.text]).toEqual([503, '{"error":"revision not yet available"}']);
  });

  it('where there is no such delivery', async () => {
    const get = async (path: string, method = 'GET', token = key.token) =>
      (await fetch(render.url + path, { method, headers: { authorization: `Bearer ${token}` } })).status;
    expect(await get('/v1/delivery/nothing')).toBe(404);
    expect(await get('/v1/delivery/nothing', 'GET', 'wrong')).toBe(401);
    expect(await get('/v1/delivery/snapshot', 'POST')).toBe(405);
  });
});

function createdAt({ frames }: SnapshotAnswer): string {
  return of(frames, 'put')[0]?.prompt.created_at ?? '';
}
