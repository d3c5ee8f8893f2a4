import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { eventually } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RenderFixture } from './render-fixture.ts';

let render: RenderFixture;
let orgId: string;
let teamId: string;
let key: { id: string; token: string };

beforeAll(async () => {
  render = await RenderFixture.start();
  ({ orgId, teamId } = await render.organization());
  key = await render.identity.createKey(orgId, { operation: 'read_render' });
});
afterAll(() => render.stop());

/** A prompt of the common team with one live version; returns its slug. */
async function live(template: string): Promise<string> {
  const slug = `p_${randomUUID().slice(0, 8)}`;
  await render.prompt({ teamId, slug, versions: [{ number: 1, template, status: 'live' }] });
  return slug;
}

describe('a live render', () => {
  it('gives the rendered text, the version, the slug and the tags', async () => {
    const versions = [
      { number: 1, template: 'old' },
      { number: 2, template: 'Hello {{.name}}', status: 'live' as const },
    ];
    await render.prompt({ teamId, slug: 'greeting', versions, tags: { prod: 2, b: 2, a: 2, old: 1 } });
    const answer = await render.render('greeting/render', key.token, { variables: { name: 'Ada' } });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      rendered: 'Hello Ada',
      version: 2,
      slug: 'greeting',
      tags: ['a', 'b', 'prod'],
    });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('px0-prompt-version')).toBe('2');
    expect(answer.headers.get('px0-revision')).toMatch(/^[\w-]+$/);
    expect(answer.headers.get('server-timing')).toMatch(/^render;dur=\d+\.\d{3}$/);
    expect(answer.headers.get('px0-stale')).toBeNull();
  });

  it('renders Unicode, quotes and control characters as JSON carries them', async () => {
    const slug = await live('„{{.a}}“\n\t{{.b}}');
    const variables = { a: 'Grüße 🙂 "x" \\ \u0001', b: '\u0000' };
    const answer = await render.render(`${slug}/render`, key.token, { variables });
    expect(answer.body).toMatchObject({ rendered: `„${variables.a}“\n\t${variables.b}` });
  });

  it('knows tags and variables by the names that JavaScript’s own objects have', async () => {
    const names = ['__proto__', 'constructor', 'hasOwnProperty', 'toString'];
    const tags = Object.fromEntries(names.map((name) => [name, 1]));
    const template = names.map((name) => `{{.${name}}}{{.in.${name}}}`).join();
    for (const slug of ['constructor', 'tostring']) {
      await render.prompt({ teamId, slug, tags, versions: [{ number: 1, template, status: 'live' }] });
      const values = names.map((name) => `"${name}":"x"`).join();
      for (const path of ['render', ...names.map((tag) => `versions/${tag}/render`)]) {
        const response = await fetch(`${render.url}/v1/prompts/${slug}/${path}`, {
          method: 'POST',
          headers: { Authorization: `Bearer ${key.token}`, 'Content-Type': 'application/json' },
          body: `{"variables":{${values},"in":{${values}}}}`,
        });
        expect(await response.json()).toEqual({ rendered: 'xx,xx,xx,xx', version: 1, slug, tags: names });
      }
      expect((await render.render(`${slug}/render`, key.token)).body).toEqual({
        error: expect.stringContaining('map has no entry for key "__proto__"'),
      });
      expect((await render.render(`${slug}/versions/valueOf/render`, key.token)).status).toBe(404);
    }
    expect((await render.render('__proto__/render', key.token)).status).toBe(404);
  });

  it('finds a prompt whose slug has letters beyond ASCII, percent-encoded', async () => {
    await render.prompt({ teamId, slug: 'café', versions: [{ number: 1, template: 'x', status: 'live' }] });
    expect((await render.render(`${encodeURIComponent('café')}/render`, key.token)).status).toBe(200);
  });

  it('serves the next promotion to a request that carries its revision', async () => {
    const id = randomUUID();
    for (let number = 1; number <= 20; number += 1) {
      await render.prompt({
        id,
        teamId,
        slug: 'moving',
        versions: [{ number, template: `v${number}`, status: 'live' }],
      });
      const answer = await render.render('moving/render', key.token);
      // Without a token an older version may be served; a refusal never.
      expect(answer.status).toBe(200);
      await eventually(async () => {
        const { body } = await render.render('moving/render', key.token);
        return JSON.stringify(body).includes(`"v${number}"`);
      });
    }
  });

  it('renders an archived prompt all the same', async () => {
    await render.prompt({
      teamId,
      slug: 'shelved',
      status: 'archived',
      versions: [{ number: 1, template: 'x', status: 'live' }],
    });
    expect((await render.render('shelved/render', key.token)).status).toBe(200);
  });

  it('honours the three settings for missing keys', async () => {
    const slug = await live('[{{.absent}}]');
    const rendered = async (missing_key: string) =>
      (await render.render(`${slug}/render`, key.token, { options: { missing_key } })).body;
    expect(await rendered('default')).toMatchObject({ rendered: '[<no value>]' });
    expect(await rendered('zero')).toMatchObject({ rendered: '[<no value>]' });
    expect(await rendered('error')).toEqual({
      error:
        'template execution failed: template: prompt:1:3: executing "prompt" at <.absent>: map has no entry for key "absent"',
    });
    expect(await rendered('other')).toEqual({ error: 'invalid request body' });
  });
});

describe('refusals of a live render, in the order of their checks', () => {
  it('asks for a credential first', async () => {
    for (const token of [undefined, 'ak_nonsense', `ak_${'0'.repeat(64)}`, 'sess_x', 'x']) {
      const answer = await render.render('no_such/render', token);
      expect([answer.status, answer.body]).toEqual([401, { error: 'unauthorized' }]);
    }
    const bare = await render.post('/v1/prompts/greeting/render', undefined, '{}', {
      Authorization: `bearer ${key.token}`,
    });
    expect(bare.status).toBe(401);
  });

  it('refuses the session of a user who is not verified', async () => {
    const user = await render.identity.register({ is_verified: false });
    const answer = await render.render('no_such/render', user.token);
    expect([answer.status, answer.body]).toEqual([403, { error: 'user is not verified' }]);
  });

  it('judges the credential before the size of the body, and the size before the prompt', async () => {
    const huge = JSON.stringify({ variables: { x: 'x'.repeat(4 * 1024 * 1024) } });
    expect((await render.post('/v1/prompts/no_such/render', undefined, huge)).status).toBe(401);
    const answer = await render.post('/v1/prompts/no_such/render', key.token, huge);
    expect([answer.status, answer.body]).toEqual([413, { error: 'request body too large' }]);
  });

  it('says that a prompt is not found before it looks at the body', async () => {
    const answer = await render.post('/v1/prompts/no_such/render', key.token, 'not json');
    expect([answer.status, answer.body]).toEqual([404, { error: 'prompt not found' }]);
  });

  it('says that no version is live before it looks at the body', async () => {
    await render.prompt({ teamId, slug: 'unborn', versions: [{ number: 1, template: 'x' }] });
    const answer = await render.post('/v1/prompts/unborn/render', key.token, 'not json');
    expect([answer.status, answer.body]).toEqual([404, { error: 'no live version found for this prompt' }]);
  });

  it.each([
    ['no JSON', 'x'],
    ['an empty body', ''],
    ['a list', '[]'],
    ['variables that are a list', '{"variables":[]}'],
    ['variables that are a text', '{"variables":"x"}'],
    ['options that are a text', '{"options":"x"}'],
    ['a number beyond the range of a double', '{"variables":{"x":1e999}}'],
    ['trailing characters', '{} {}'],
  ])('refuses %s', async (_what, body) => {
    const slug = await live('x');
    const answer = await render.post(`/v1/prompts/${slug}/render`, key.token, body);
    expect([answer.status, answer.body]).toEqual([400, { error: 'invalid request body' }]);
  });

  it('takes any media type that ends in json, and no other', async () => {
    const slug = await live('x');
    const status = async (type: string) =>
      (await render.post(`/v1/prompts/${slug}/render`, key.token, '{}', { 'Content-Type': type })).status;
    expect(await status('application/problem+json; charset=utf-8')).toBe(200);
    expect(await status('text/plain')).toBe(400);
  });

  it('reads a compressed body, and bounds what it inflates to', async () => {
    const slug = await live('{{.x}}');
    const post = (body: string) =>
      render.post(`/v1/prompts/${slug}/render`, key.token, gzipSync(body), { 'Content-Encoding': 'gzip' });
    expect((await post('{"variables":{"x":"packed"}}')).body).toMatchObject({ rendered: 'packed' });
    expect((await post(`{"variables":{"x":"${'0'.repeat(5_000_000)}"}}`)).status).toBe(413);
  });

  it('says where a template failed', async () => {
    const slug = await live('Hello {{.name}}');
    const answer = await render.render(`${slug}/render`, key.token);
    expect([answer.status, answer.body]).toEqual([
      422,
      {
        error:
          'template execution failed: template: prompt:1:8: executing "prompt" at <.name>: map has no entry for key "name"',
      },
    ]);
  });

  it('says that a template does not parse, should one ever come this far', async () => {
    const slug = await live('{{');
    const answer = await render.render(`${slug}/render`, key.token);
    expect([answer.status, answer.body]).toEqual([500, { error: 'template parse error' }]);
  });

  it('stops a template that would never end', async () => {
    const slug = await live('{{define "t"}}{{template "t" .}}{{end}}{{template "t" .}}');
    const answer = await render.render(`${slug}/render`, key.token);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({
      error: expect.stringContaining('exceeded maximum template depth (100)'),
    });
  });
});

describe('a render of one version', () => {
  const versions = [
    { number: 1, template: 'one', status: 'archived' as const },
    { number: 2, template: 'two', status: 'live' as const },
    { number: 3, template: 'three' },
  ];

  it('finds it by number or tag, in any state', async () => {
    await render.prompt({ teamId, slug: 'many', versions, tags: { old: 1, '2': 3 } });
    const rendered = async (ref: string) =>
      (await render.render(`many/versions/${ref}/render`, key.token)).body;
    expect(await rendered('1')).toEqual({ rendered: 'one', version: 1, slug: 'many', tags: ['old'] });
    expect(await rendered('old')).toMatchObject({ version: 1 });
    expect(await rendered('2')).toMatchObject({ rendered: 'two' });
    expect(await rendered('003')).toMatchObject({ rendered: 'three', tags: ['2'] });
  });

  it('says that a version is not found for every other reference', async () => {
    await render.prompt({ teamId, slug: 'few', versions });
    for (const ref of ['4', '-1', '0', 'nope', '99999999999999999999', 'constructor', '%2B5']) {
      const answer = await render.post(`/v1/prompts/few/versions/${ref}/render`, key.token, 'not json');
      expect([answer.status, answer.body]).toEqual([404, { error: 'version not found' }]);
    }
  });

  it('renders a draft that was changed as it now is', async () => {
    const id = randomUUID();
    await render.prompt({ id, teamId, slug: 'draft', versions: [{ number: 1, template: 'first' }] });
    expect((await render.render('draft/versions/1/render', key.token)).body).toMatchObject({
      rendered: 'first',
    });
    await render.prompt({
      id,
      teamId,
      slug: 'draft',
      versions: [{ number: 1, template: 'second', bodyRevision: 2 }],
    });
    await eventually(async () => {
      const { body } = await render.render('draft/versions/1/render', key.token);
      return JSON.stringify(body).includes('second');
    });
  });

  it('says that a template is not yet available while the stream lacks the body that the table names', async () => {
    const id = randomUUID();
    await render.prompt({ id, teamId, slug: 'late', versions: [{ number: 1, template: 'here' }] });
    await render.contexts.publish('prompt', id, {
      team_id: teamId,
      slug: 'late',
      name: 'late',
      status: 'active',
      created_at: new Date().toISOString(),
      updated_at: new Date().toISOString(),
      live: null,
      tags: {},
      versions: [[1, 'draft', 2]],
    });
    const answer = await eventually(async () => {
      const got = await render.render('late/versions/1/render', key.token);
      return got.status === 503 ? got : undefined;
    });
    expect(answer.body).toEqual({ error: 'template not yet available' });
    expect(answer.headers.get('retry-after')).toBe('1');
    await render.contexts.publishBody(id, 1, 2, { template: 'arrived' });
    expect((await render.render('late/versions/1/render', key.token)).body).toMatchObject({
      rendered: 'arrived',
    });
  });
});

describe('who may render', () => {
  it('lets members of the team, whatever their role, and nobody else', async () => {
    const slug = await live('x');
    const stranger = await render.identity.register();
    for (const role of ['admin', 'editor', 'viewer'] as const) {
      const user = await render.identity.register();
      await render.member(teamId, user.id, role);
      expect((await render.render(`${slug}/render`, user.token)).status).toBe(200);
    }
    const answer = await render.render(`${slug}/render`, stranger.token);
    expect([answer.status, answer.body]).toEqual([404, { error: 'prompt not found' }]);
  });

  it('lets keys of every operation, within their teams', async () => {
    const other = await render.team(orgId);
    const slug = await live('x');
    for (const operation of ['read_render', 'all', 'admin'] as const) {
      const inside = await render.identity.createKey(orgId, {
        operation,
        scope: { kind: 'teams', team_ids: [teamId] },
      });
      const outside = await render.identity.createKey(orgId, {
        operation,
        scope: { kind: 'teams', team_ids: [other] },
      });
      expect((await render.render(`${slug}/render`, inside.token)).status).toBe(200);
      expect((await render.render(`${slug}/render`, outside.token)).status).toBe(404);
    }
    const foreign = await render.organization();
    const theirs = await render.identity.createKey(foreign.orgId);
    expect((await render.render(`${slug}/render`, theirs.token)).status).toBe(404);
  });

  it('refuses a deleted key, an ended session and a removed member at their next request', async () => {
    const slug = await live('x');
    const doomed = await render.identity.createKey(orgId);
    expect((await render.render(`${slug}/render`, doomed.token)).status).toBe(200);
    await render.contexts.remove('apiKey', doomed.id);
    await eventually(async () => (await render.render(`${slug}/render`, doomed.token)).status === 401);

    const user = await render.identity.register();
    await render.member(teamId, user.id);
    expect((await render.render(`${slug}/render`, user.token)).status).toBe(200);
    await render.contexts.remove('membership', `${teamId}.${user.id}`);
    await eventually(async () => (await render.render(`${slug}/render`, user.token)).status === 404);
    await render.identity.change(user.id, { sessions: { floor: 0, revoked: [[1, 1]] } });
    await eventually(async () => (await render.render(`${slug}/render`, user.token)).status === 401);
  });

  it('waits for the membership of a person who was registered into the team a moment ago, or says that it may lack it', async () => {
    const slug = await live('x');
    const register = () => render.identity.register({ placement: { kind: 'team', team_id: teamId } });
    const early = await register();
    const required = { 'Px0-Consistency': 'require' };
    const refused = await render.render(`${slug}/render`, early.token, {}, required);
    expect([refused.status, refused.body]).toEqual([503, { error: 'revision not yet available' }]);
    const stale = await render.plain(`${slug}/render`, early.token);
    expect([stale.status, stale.headers.get('px0-stale')]).toEqual([404, 'true']);

    const waiting = await register();
    const rendering = eventually(async () => {
      const answer = await render.render(`${slug}/render`, waiting.token, {}, required);
      return answer.status === 503 ? undefined : answer;
    });
    await render.member(teamId, waiting.id, 'editor');
    expect((await rendering).status).toBe(200);
  });

  it('stops rendering a deleted team’s prompts though their own events have not ended', async () => {
    const doomed = await render.team(orgId);
    await render.prompt({
      teamId: doomed,
      slug: 'orphan',
      versions: [{ number: 1, template: 'x', status: 'live' }],
    });
    expect((await render.render('orphan/render', key.token)).status).toBe(200);
    await render.contexts.remove('team', doomed);
    await eventually(async () => (await render.render('orphan/render', key.token)).status === 404);
  });
});

describe('a slug that several teams have', () => {
  it('means the active, then the oldest prompt, or the one of the team that is named', async () => {
    const second = await render.team(orgId);
    const versions = (template: string) => [{ number: 1, template, status: 'live' as const }];
    await render.prompt({
      teamId,
      slug: 'shared',
      versions: versions('newer'),
      createdAt: '2026-02-02T00:00:00Z',
    });
    await render.prompt({
      teamId: second,
      slug: 'shared',
      versions: versions('older'),
      createdAt: '2026-01-01T00:00:00Z',
    });
    const rendered = async (query: string) => (await render.render(`shared/render${query}`, key.token)).body;
    expect(await rendered('')).toMatchObject({ rendered: 'older' });
    expect(await rendered(`?team_id=${teamId.toUpperCase()}`)).toMatchObject({ rendered: 'newer' });
    expect(await rendered(`?team_id=${randomUUID()}`)).toEqual({ error: 'forbidden' });
    expect(await rendered('?team_id=nonsense')).toEqual({ error: 'invalid id' });
  });
});

describe('revisions', () => {
  it('refuses a token that is none', async () => {
    const answer = await render.render('greeting/render', key.token, {}, { 'Px0-Min-Revision': 'nonsense' });
    expect([answer.status, answer.body]).toEqual([400, { error: 'invalid revision' }]);
  });

  it('refuses a consistency that it does not know, for one render and for many', async () => {
    const slug = await live('x');
    const refused = { error: 'invalid Px0-Consistency, must be require' };
    for (const value of ['Require', 'required', 'strong', 'true', 'require, require']) {
      const headers = { 'Px0-Consistency': value };
      const one = await render.render(`${slug}/render`, key.token, {}, headers);
      expect([one.status, one.body]).toEqual([400, refused]);
      const many = await fetch(`${render.url}/v1/render/batch`, {
        method: 'POST',
        headers: { ...headers, Authorization: `Bearer ${key.token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ renders: [{ slug }] }),
      });
      expect([many.status, await many.json()]).toEqual([400, refused]);
    }
    const known = await render.render(`${slug}/render`, key.token, {}, { 'Px0-Consistency': 'require' });
    expect(known.status).toBe(200);
  });

  it('says that it is stale when asked for a revision that does not come, or refuses when that is required', async () => {
    const slug = await live('x');
    const { headers } = await render.render(`${slug}/render`, key.token, {});
    const [version, epoch] = Buffer.from(headers.get('px0-revision') ?? '', 'base64url')
      .toString()
      .split(':');
    const future = Buffer.from(`${version}:${epoch}:999999999`).toString('base64url');
    const stale = await render.render(`${slug}/render`, key.token, {}, { 'Px0-Min-Revision': future });
    expect([stale.status, stale.headers.get('px0-stale')]).toEqual([200, 'true']);
    const required = await render.render(
      `${slug}/render`,
      key.token,
      {},
      { 'Px0-Min-Revision': future, 'Px0-Consistency': 'require' },
    );
    expect([required.status, required.body]).toEqual([503, { error: 'revision not yet available' }]);
    expect(required.headers.get('retry-after')).toBe('1');
  });

  it('never refuses for what was granted just before, even without a token', async () => {
    for (let round = 0; round < 30; round += 1) {
      const created = await render.identity.createKey(orgId);
      const slug = await live(`round ${round}`);
      expect((await render.render(`${slug}/render`, created.token)).status).toBe(200);
    }
  });
});

describe('paths that are no render', () => {
  it('asks for a credential, then says 404 or 405', async () => {
    const status = async (method: string, path: string, token?: string) =>
      (
        await fetch(render.url + path, {
          method,
          headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
        })
      ).status;
    expect(await status('GET', '/v1/prompts/x/render')).toBe(401);
    expect(await status('GET', '/v1/prompts/x/render', key.token)).toBe(405);
    expect(await status('POST', '/v1/prompts/x/render/y', key.token)).toBe(404);
    expect(await status('GET', '/nowhere')).toBe(404);
  });
});

describe('a batch', () => {
  it('gives each render its own result, in order', async () => {
    const slug = await live('Hi {{.name}}');
    const answer = await render.post(
      '/v1/render/batch',
      key.token,
      JSON.stringify({
        renders: [
          { slug, variables: { name: 'Ada' } },
          { slug },
          { slug: 'no_such' },
          { slug, version: '1', variables: { name: 'Bo' }, team_id: teamId },
          { slug, version: '7' },
          { slug, team_id: randomUUID() },
          {},
        ],
      }),
    );
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      results: [
        { status: 200, rendered: 'Hi Ada', version: 1, slug, tags: [] },
        { status: 422, error: expect.stringContaining('template execution failed: ') },
        { status: 404, error: 'prompt not found' },
        { status: 200, rendered: 'Hi Bo' },
        { status: 404, error: 'version not found' },
        { status: 403, error: 'forbidden' },
        { status: 400, error: 'invalid request body' },
      ],
    });
  });

  it('refuses none and too many', async () => {
    const error = async (body: unknown) =>
      (await render.post('/v1/render/batch', key.token, JSON.stringify(body))).body;
    expect(await error({})).toEqual({ error: 'renders is required' });
    expect(await error({ renders: new Array(101).fill({ slug: 'x' }) })).toEqual({
      error: 'renders must have at most 100 items',
    });
    expect(await error({ renders: 'x' })).toEqual({ error: 'invalid request body' });
    expect((await render.post('/v1/render/batch', undefined, '{}')).status).toBe(401);
  });
});
