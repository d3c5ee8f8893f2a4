/** The wire's small print, the same whichever service answers: a client never needs to know that there are several. */
import { request } from 'node:http';
import { type Caller, type Owner, type Prompt, Shape, said, type World } from '@px0/testing/world';
import { describe, expect, it } from 'vitest';

interface Raw {
  readonly status: number;
  readonly allow: string | undefined;
  readonly text: string;
}

/** As a client sends it that corrects neither paths nor bodies. */
function send(
  world: World,
  method: string,
  path: string,
  who?: Caller,
  body?: string,
  type = 'application/json',
): Promise<Raw> {
  const { hostname, port } = new URL(world.platform.gatewayUrl);
  const headers = {
    ...(who && { authorization: `Bearer ${who.token}` }),
    ...(body !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
  };
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers, timeout: 60_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, allow: response.headers.allow, text }),
      );
    });
    sent.on('timeout', () => sent.destroy(new Error(`${method} ${path} hangs`)));
    sent.on('error', reject);
    sent.end(body);
  });
}

const error = (text: string): string => JSON.stringify({ error: text });

interface Scene {
  readonly owner: Owner;
  readonly prompt: Prompt;
  /** A write of every service. */
  readonly writes: readonly string[];
}

async function scene(world: World): Promise<Scene> {
  const owner = await world.owner();
  const prompt = await world.prompt(owner, owner.team, 'Hello {{.name}}');
  const writes = [
    '/v1/api-keys',
    '/v1/orgs',
    `/v1/teams/${owner.team}/prompts`,
    `/v1/prompts/${prompt.slug}/render`,
  ];
  return { owner, prompt, writes };
}

export function wireStories(started: () => World): void {
  describe('whichever service answers', () => {
    it('a body that is no JSON object, or of another type, is an invalid request body', async () => {
      const world = started();
      const { owner, writes } = await scene(world);
      const bodies = ['', '{', '[]', '"text"', '7', '{} {}', '{"name":7,"variables":7}'];
      for (const path of writes) {
        for (const body of bodies) {
          const { status, text } = await send(world, 'POST', path, owner, body);
          expect([path, body, status, text]).toEqual([path, body, 400, error('invalid request body')]);
        }
        const form = await send(world, 'POST', path, owner, 'name=x', 'application/x-www-form-urlencoded');
        expect([path, form.status, form.text]).toEqual([path, 400, error('invalid request body')]);
      }
    });

    it('a body over 4 MiB is refused', async () => {
      const world = started();
      const { owner, writes } = await scene(world);
      const body = JSON.stringify({ name: 'x'.repeat(4 * 1024 * 1024) });
      for (const path of ['/v1/auth/login', ...writes]) {
        const { status, text } = await send(world, 'POST', path, owner, body);
        expect([path, status, text]).toEqual([path, 413, error('request body too large')]);
      }
    });

    it('paths are read without case and with a slash at the end, and HEAD answers like GET without a body', async () => {
      const world = started();
      const { owner, prompt } = await scene(world);
      const paths = [
        '/v1/health',
        '/v1/auth/me',
        `/v1/api-keys`,
        '/v1/me/teams',
        `/v1/orgs/${owner.organization}/people`,
        `/v1/teams/${owner.team}/prompts`,
        `/v1/prompts/${prompt.id}/versions`,
      ];
      for (const path of paths) {
        const query = path === '/v1/api-keys' ? `?org_id=${owner.organization}` : '';
        const plain = await send(world, 'GET', path + query, owner);
        expect([path, plain.status]).toEqual([path, 200]);
        expect(await send(world, 'GET', `${path.toUpperCase()}/${query}`, owner)).toEqual(plain);
        expect(await send(world, 'HEAD', path + query, owner)).toEqual({ ...plain, text: '' });
      }
      const render = `/V1/PROMPTS/${prompt.slug}/RENDER/`;
      expect((await send(world, 'POST', render, owner, '{"variables":{"name":"Ada"}}')).status).toBe(200);
    });

    it('unknown paths and methods are a 404 and a 405, and below the services’ prefixes a 401 for the anonymous', async () => {
      const world = started();
      const { owner, prompt } = await scene(world);
      const unknown = [
        '/v1/me/x',
        '/v1/orgs/a/b/c',
        '/v1/teams',
        '/v1/api-keys/a/b',
        '/v1/prompts/a/b/c',
        '/v1/join-requests',
      ];
      for (const path of unknown) {
        expect([path, await send(world, 'GET', path)]).toMatchObject([
          path,
          { status: 401, text: error('unauthorized') },
        ]);
        expect([path, await send(world, 'GET', path, owner)]).toMatchObject([
          path,
          { status: 404, text: error('not found') },
        ]);
      }
      const allowed = {
        '/v1/auth/me': ['DELETE', 'GET', 'HEAD', 'PUT'],
        '/v1/api-keys': ['GET', 'HEAD', 'POST'],
        [`/v1/orgs/${owner.organization}`]: ['DELETE', 'PUT'],
        [`/v1/teams/${owner.team}/prompts`]: ['GET', 'HEAD', 'POST'],
        [`/v1/prompts/${prompt.id}/versions`]: ['GET', 'HEAD', 'POST'],
        [`/v1/prompts/${prompt.slug}/render`]: ['POST'],
      };
      for (const [path, methods] of Object.entries(allowed)) {
        const { status, allow, text } = await send(world, 'PATCH', path, owner);
        expect([path, status, text]).toEqual([path, 405, error('method not allowed')]);
        expect([path, allow?.split(', ').toSorted()]).toEqual([path, methods]);
      }
      const { status, allow } = await send(world, 'POST', `/v1/prompts/${prompt.id}`, owner);
      expect([status, allow?.split(', ').toSorted()]).toEqual([405, ['GET', 'HEAD', 'PATCH', 'PUT']]);
      for (const path of ['/v1/nothing', '/nothing', '/v1/auth/nothing']) {
        expect([path, await send(world, 'GET', path)]).toMatchObject([
          path,
          { status: 404, text: error('not found') },
        ]);
      }
    });

    it('an error has one key, a 204 no body, and a time is RFC 3339 in UTC', async () => {
      const world = started();
      const { owner, prompt } = await scene(world);
      const refused = await world.ask(owner, 'DELETE', `/v1/api-keys/${prompt.id}`);
      expect(said(refused)).toEqual([404, 'api key not found']);
      expect(Object.keys(Object(JSON.parse(refused.text)))).toEqual(['error']);
      const key = await world.key(owner, 'all');
      const gone = await world.ask(owner, 'DELETE', `/v1/api-keys/${key.id}`);
      expect([gone.status, gone.text]).toEqual([204, '']);
      const lists = await Promise.all([
        world.get(owner, '/v1/auth/me'),
        world.get(owner, '/v1/me/orgs'),
        world.get(owner, `/v1/teams/${owner.team}/members`),
        world.get(owner, `/v1/prompts/${prompt.id}/versions`),
      ]);
      const times =
        JSON.stringify(lists.map(({ value }) => value)).match(/"(?:created|published)_at":"[^"]*"/g) ?? [];
      expect(times).toHaveLength(5);
      for (const time of times) expect(time).toMatch(/:"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z"$/);
    });

    it('text with NUL, broken percent-encoding and absurd numbers are the client’s errors, never a server’s', async () => {
      const world = started();
      const { owner, prompt } = await scene(world);
      const nul =
        '{"name":"\\u0000","email":"\\u0000","template":"\\u0000","tag":"\\u0000","variables":{"a":"\\u0000"}}';
      const exchanges: readonly (readonly [method: string, path: string, status: number, body?: string])[] = [
        ['POST', '/v1/orgs', 400, nul],
        ['PUT', '/v1/auth/me', 400, nul],
        ['POST', `/v1/teams/${owner.team}/prompts`, 400, nul],
        ['POST', `/v1/prompts/${prompt.id}/versions`, 400, nul],
        ['POST', `/v1/prompts/${prompt.id}/payloads`, 400, nul],
        ['GET', '/v1/prompts/%00', 404],
        ['GET', '/v1/prompts/%ff', 404],
        ['GET', '/v1/prompts/%zz', 404],
        ['POST', '/v1/prompts/%00/render', 404, '{}'],
        ['POST', '/v1/prompts/%zz/render', 404, '{}'],
        ['GET', `/v1/prompts/${prompt.id}/versions/99999999999999999999`, 404],
        ['GET', `/v1/prompts/${prompt.id}/versions/2147483648`, 404],
        ['POST', `/v1/prompts/${prompt.slug}/versions/9223372036854775807/render`, 404, '{}'],
        [
          'GET',
          `/v1/orgs/${owner.organization}/people?page=99999999999999999999&limit=99999999999999999999`,
          200,
        ],
        ['GET', `/v1/teams/${owner.team}/members?page=9223372036854775807`, 200],
        ['GET', `/v1/teams/${owner.team}/prompts?status=%00`, 200],
        ['GET', '/v1/auth/verify-email?email=%00', 404],
      ];
      for (const [method, path, status, body] of exchanges) {
        const answer = await send(world, method, path, owner, body);
        expect([method, path, answer.status]).toEqual([method, path, status]);
      }
    });
  });

  it('a slug of any script is one path: created, read and rendered percent-encoded', async () => {
    const world = started();
    const owner = await world.owner();
    const created = await world.make(owner, 'POST', `/v1/teams/${owner.team}/prompts`, {
      name: 'Grüße an 日本!',
    });
    const prompt = { id: created.text('prompt', 'id'), slug: created.text('prompt', 'slug') };
    expect(prompt.slug).toBe('grüße_an_日本');
    await world.live(owner, prompt, 'Hello');
    const path = `/v1/prompts/${encodeURIComponent(prompt.slug)}`;
    expect((await world.get(owner, path)).at('prompt', 'id')).toBe(prompt.id);
    const { status, text } = await send(world, 'POST', `${path}/render`, owner, '{}');
    expect([status, new Shape(JSON.parse(text)).at('slug')]).toEqual([200, prompt.slug]);
  });

  it('of equal slugs in several teams the active one and then the oldest is read and rendered alike', async () => {
    const world = started();
    const owner = await world.owner();
    const create = async (team: string) =>
      (await world.make(owner, 'POST', `/v1/teams/${team}/prompts`, { name: 'twin' })).text('prompt', 'id');
    const [older, newer] = [await create(owner.team), await create(await world.team(owner))];
    for (const id of [older, newer]) await world.live(owner, { id, slug: 'twin' }, id);
    const chosen = async () => [
      (await world.get(owner, '/v1/prompts/twin')).at('prompt', 'id'),
      (await world.make(owner, 'POST', '/v1/prompts/twin/render', {})).at('rendered'),
    ];
    expect(await chosen()).toEqual([older, older]);
    await world.make(owner, 'POST', `/v1/prompts/${older}/archive`);
    expect(await chosen()).toEqual([newer, newer]);
    await world.make(owner, 'POST', `/v1/prompts/${older}/restore`);
    expect(await chosen()).toEqual([older, older]);
  });
}
