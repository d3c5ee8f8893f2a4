import { eventually } from '@px0/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  InvalidRequestError,
  NotFoundError,
  Px0,
  type Px0Options,
  RefusedError,
  TemplateError,
  UnauthorizedError,
  UnreachableError,
  UsageError,
} from '../src/mod.ts';
import { type Fault, PlayedPx0, token } from './played-px0.ts';

let px0Server: PlayedPx0;
const clients: Px0[] = [];

beforeEach(async () => {
  px0Server = await PlayedPx0.start();
});

afterEach(async () => {
  vi.useRealTimers();
  await px0Server.close();
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

/** A client that does not retry unless a test is about that. */
function clientOf(options: Px0Options = {}): Px0 {
  const client = new Px0({
    host: px0Server.host,
    accessToken: 'ak_test',
    retries: 0,
    // A paused machine must not look like a px0 that does not answer.
    timeoutMs: 30_000,
    attemptTimeoutMs: 20_000,
    ...options,
  });
  clients.push(client);
  return client;
}

/** A client that has rendered once, and holds the template. */
async function warmClient(options: Px0Options = {}): Promise<Px0> {
  const client = clientOf(options);
  await client.render('greeting', { name: 'Ada' });
  await client.close();
  return client;
}

/** The clock stands still from then on, so that a machine which does makes nothing older. */
function later(milliseconds: number): void {
  vi.setSystemTime(Date.now() + milliseconds);
}

describe('a live render', () => {
  it('says where its text comes from', async () => {
    await expect(clientOf().render('greeting', { name: 'Ada' })).resolves.toEqual({
      text: 'Hello Ada',
      messages: null,
      config: null,
      contract: null,
      source: 'live',
      slug: 'greeting',
      promptId: null,
      teamId: null,
      version: 3,
      tags: ['prod'],
      revision: token('1', 1),
      ageMs: 0,
      stale: false,
      cause: null,
      attributes: {
        'gen_ai.prompt.name': 'greeting',
        'gen_ai.prompt.version': '3',
        'px0.source': 'live',
        'px0.revision': token('1', 1),
        'px0.stale': false,
        'px0.age_ms': 0,
      },
    });
  });

  it('asks for a version, a tag, a team and a missing-key option in the words of the API', async () => {
    const client = clientOf({ cache: false, teamId: 'team 1' });
    await client.render('greeting', { name: 'Ada' }, { version: 3, missingKey: 'zero' });
    await client.render('greeting', { name: 'Ada' }, { tag: 'a/b', teamId: 'team-2' });
    expect(px0Server.seen.map(({ method, path, body }) => [method, path, JSON.parse(body)])).toEqual([
      [
        'POST',
        '/v1/prompts/greeting/versions/3/render?team_id=team%201',
        { variables: { name: 'Ada' }, options: { missing_key: 'zero', transcript: false } },
      ],
      [
        'POST',
        '/v1/prompts/greeting/versions/a%2Fb/render?team_id=team-2',
        { variables: { name: 'Ada' }, options: { transcript: false } },
      ],
    ]);
    expect(px0Server.seen[0]?.headers.authorization).toBe('Bearer ak_test');
  });

  it('is made from what JSON says of the variables, here as there', async () => {
    const client = await warmClient();
    const name = { toJSON: () => 'Grace' };
    await expect(client.render('greeting', { name })).resolves.toMatchObject({ text: 'Hello Grace' });
    px0Server.fault = 'reset';
    await expect(client.render('greeting', { name })).resolves.toMatchObject({
      text: 'Hello Grace',
      source: 'cache',
    });
  });

  it('is refused before it is sent when it cannot work', async () => {
    const client = clientOf();
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    await expect(client.render('')).rejects.toThrow(UsageError);
    await expect(client.render('greeting', circle)).rejects.toThrow(UsageError);
    await expect(client.render('greeting', {}, { version: 1, tag: 'prod' })).rejects.toThrow(UsageError);
    expect(px0Server.seen).toEqual([]);
  });
});

describe('revisions', () => {
  it('the highest that was seen is sent, whichever came last', async () => {
    const client = clientOf({ cache: false });
    for (const [epoch, sequence] of [
      ['9', 5],
      ['10', 1],
      ['9', 99],
      ['10', 7],
    ] as const) {
      px0Server.revision = token(epoch, sequence);
      await client.render('greeting', { name: 'Ada' });
    }
    px0Server.revision = 'something else';
    await client.render('greeting', { name: 'Ada' });
    await client.render('greeting', { name: 'Ada' });
    expect(px0Server.seen.map(({ headers }) => headers['px0-min-revision'])).toEqual([
      undefined,
      token('9', 5),
      token('10', 1),
      token('10', 1),
      token('10', 7),
      token('10', 7),
    ]);
  });
});

const px0Error = (status: number, error: string, headers = {}): Fault => ({
  status,
  body: { error },
  headers,
});
const stale = { 'px0-stale': 'true' };

const outages: readonly [string, Fault][] = [
  ['a connection that is closed', 'reset'],
  ['408', px0Error(408, 'request timeout')],
  ['429', px0Error(429, 'too many requests')],
  ['500', px0Error(500, 'internal error')],
  ['502 of a proxy', { status: 502, body: '<h1>Bad Gateway</h1>' }],
  ['503', px0Error(503, 'service unavailable')],
  ['a 404 of a load balancer', { status: 404, body: '<h1>Not Found</h1>' }],
  ['a redirection', { status: 302, body: 'elsewhere', headers: { location: '/login' } }],
  ['a 200 that is no render', { status: 200, body: '<h1>Welcome</h1>' }],
  ['a 404 of a px0 that may be behind', px0Error(404, 'prompt not found', stale)],
  ['a 401 of a px0 that may be behind', px0Error(401, 'unauthorized', stale)],
  ['a 403 of a px0 that may be behind', px0Error(403, 'forbidden', stale)],
];

describe.each(outages)('%s', (_name, fault) => {
  it('is an outage: what is kept is rendered with the variables of the call', async () => {
    const client = await warmClient();
    px0Server.fault = fault;
    const result = await client.render('greeting', { name: 'Grace' });
    expect(result).toMatchObject({
      text: 'Hello Grace',
      source: 'cache',
      version: 3,
      revision: token('1', 1),
      stale: true,
    });
    expect(result.cause).toBeInstanceOf(UnreachableError);
    expect(JSON.parse(JSON.stringify(result)).cause).toMatch(/^UnreachableError: px0 at http/);
    expect(result.ageMs).toBeGreaterThanOrEqual(0);
  });

  it('is an outage: a fallback given in code is rendered when nothing is kept', async () => {
    px0Server.fault = fault;
    const client = clientOf({ fallbacks: { greeting: 'Hi {{.name}}' } });
    await expect(client.render('greeting', { name: 'Grace' })).resolves.toMatchObject({
      text: 'Hi Grace',
      source: 'fallback',
      version: null,
      revision: null,
      ageMs: null,
    });
    await expect(client.render('greeting', {}, { fallback: () => 'from a function' })).resolves.toMatchObject(
      { text: 'from a function' },
    );
  });

  it('is an error when there is nothing to fall back on', async () => {
    px0Server.fault = fault;
    await expect(clientOf().render('greeting')).rejects.toThrow(UnreachableError);
  });
});

const refusals: readonly [number, string, new (...given: never[]) => RefusedError][] = [
  [400, 'invalid request body', InvalidRequestError],
  [401, 'unauthorized', UnauthorizedError],
  [403, 'forbidden', RefusedError],
  [413, 'request body too large', InvalidRequestError],
  [422, 'template execution failed: no', InvalidRequestError],
  [418, 'of another kind', RefusedError],
];

describe.each(refusals)('a refusal with %s', (status, message, kind) => {
  it('is thrown with the server’s words, though there is a fallback, and removes nothing', async () => {
    const client = await warmClient({ fallbacks: { greeting: 'Hi' } });
    px0Server.faults = [px0Error(status, message)];
    const refused = client.render('greeting', { name: 'Ada' });
    await expect(refused).rejects.toThrow(kind);
    await expect(refused).rejects.toMatchObject({ status, message });
    px0Server.fault = 'reset';
    await expect(client.render('greeting', { name: 'Ada' })).resolves.toMatchObject({ source: 'cache' });
  });
});

describe('a prompt that is gone', () => {
  it('is thrown as such, though there is a fallback, and is no longer served from what was kept', async () => {
    const client = await warmClient({ fallbacks: { greeting: 'Hi' } });
    px0Server.prompts = {};
    await expect(client.render('greeting', { name: 'Ada' })).rejects.toThrow(NotFoundError);
    px0Server.fault = 'reset';
    await expect(client.render('greeting', { name: 'Ada' })).resolves.toMatchObject({ source: 'fallback' });
  });

  it('concerns the reference that was asked for, and no other', async () => {
    const client = await warmClient();
    px0Server.faults = [px0Error(404, 'version not found')];
    await expect(client.render('greeting', { name: 'Ada' }, { tag: 'beta' })).rejects.toThrow(
      'version not found',
    );
    px0Server.fault = 'reset';
    await expect(client.render('greeting', { name: 'Ada' })).resolves.toMatchObject({ source: 'cache' });
  });
});

describe('what is kept', () => {
  it('is the program, fetched once for each version', async () => {
    const client = await warmClient();
    await client.render('greeting', { name: 'Grace' });
    await client.close();
    px0Server.prompts['greeting'] = { version: 4, template: 'Bye {{.name}}' };
    await client.render('greeting', { name: 'Grace' });
    await client.close();
    const fetches = px0Server.seen.filter(({ method }) => method === 'GET').map(({ path }) => path);
    expect(fetches).toEqual([
      '/v1/prompts/greeting?version=3&include=program',
      '/v1/prompts/greeting?version=4&include=program',
    ]);
    px0Server.fault = 'reset';
    await expect(client.render('greeting', { name: 'Ada' })).resolves.toMatchObject({
      text: 'Bye Ada',
      version: 4,
    });
  });

  it('is fetched anew when it is old, since a number may come to mean another text', async () => {
    const client = await warmClient();
    px0Server.prompts['greeting'] = { version: 3, template: 'Another {{.name}}' };
    later(6 * 60_000);
    await client.render('greeting', { name: 'Ada' });
    await client.close();
    px0Server.fault = 'reset';
    await expect(client.render('greeting', { name: 'Ada' })).resolves.toMatchObject({ text: 'Another Ada' });
  });

  it('is no draft', async () => {
    px0Server.prompts['greeting'] = { version: 3, template: 'Hello {{.name}}', status: 'draft' };
    const client = await warmClient();
    px0Server.fault = 'reset';
    await expect(client.render('greeting', { name: 'Ada' })).rejects.toThrow(UnreachableError);
  });

  it('is nothing with cache: false', async () => {
    const client = await warmClient({ cache: false });
    expect(px0Server.seen.map(({ method }) => method)).toEqual(['POST']);
    px0Server.fault = 'reset';
    await expect(client.render('greeting', { name: 'Ada' })).rejects.toThrow(UnreachableError);
  });

  it('goes when there is more than the limit, the least recently used first', async () => {
    px0Server.prompts = {
      a: { version: 1, template: 'a' },
      b: { version: 1, template: 'b' },
      c: { version: 1, template: 'c' },
    };
    const client = clientOf({ cache: { maxEntries: 2 } });
    for (const slug of ['a', 'b', 'a', 'c']) {
      await client.render(slug);
      await client.close();
    }
    px0Server.fault = 'reset';
    await expect(client.render('a')).resolves.toMatchObject({ text: 'a' });
    await expect(client.render('c')).resolves.toMatchObject({ text: 'c' });
    await expect(client.render('b')).rejects.toThrow(UnreachableError);
  });

  it('is passed over when it does not run with the variables of the call', async () => {
    const client = await warmClient();
    px0Server.fault = 'reset';
    await expect(client.render('greeting', {}, { fallback: 'Hi' })).resolves.toMatchObject({
      text: 'Hi',
      source: 'fallback',
    });
    await expect(client.render('greeting', {})).rejects.toThrow(UnreachableError);
  });
});

describe('freshness', () => {
  const cache = { freshMs: 1_000, staleWhileRevalidateMs: 10_000 };

  beforeEach(() => later(0));

  it('serves a young template without a request, an older one while a single request confirms it, and asks beyond', async () => {
    const client = await warmClient({ cache });
    await expect(client.render('greeting', { name: 'B' })).resolves.toMatchObject({
      text: 'Hello B',
      source: 'cache',
      cause: null,
    });
    expect(px0Server.renders).toBe(1);

    later(2_000);
    const several = await Promise.all([1, 2, 3].map((n) => client.render('greeting', { name: n })));
    expect(several.map(({ text, source }) => [text, source])).toEqual([
      ['Hello 1', 'cache'],
      ['Hello 2', 'cache'],
      ['Hello 3', 'cache'],
    ]);
    await client.close();
    expect(px0Server.renders).toBe(2);
    await expect(client.render('greeting', { name: 'C' })).resolves.toMatchObject({ source: 'cache' });
    expect(px0Server.renders).toBe(2);

    later(60_000);
    await expect(client.render('greeting', { name: 'D' })).resolves.toMatchObject({ source: 'live' });
  });

  it('brings a promotion with the revalidation', async () => {
    const client = await warmClient({ cache });
    px0Server.prompts['greeting'] = { version: 4, template: 'Bye {{.name}}' };
    later(2_000);
    await expect(client.render('greeting', { name: 'A' })).resolves.toMatchObject({ text: 'Hello A' });
    await client.close();
    await expect(client.render('greeting', { name: 'B' })).resolves.toMatchObject({
      text: 'Bye B',
      source: 'cache',
    });
  });

  it('ends with a refusal in the background, so that the next call asks and throws', async () => {
    const client = await warmClient({ cache });
    px0Server.fault = px0Error(401, 'unauthorized');
    later(2_000);
    await expect(client.render('greeting', { name: 'A' })).resolves.toMatchObject({ source: 'cache' });
    await client.close();
    await expect(client.render('greeting', { name: 'A' })).rejects.toThrow(UnauthorizedError);
  });

  it('ends when the prompt is gone', async () => {
    const client = await warmClient({ cache });
    px0Server.prompts = {};
    later(2_000);
    await client.render('greeting', { name: 'A' });
    await client.close();
    await expect(client.render('greeting', { name: 'A' })).rejects.toThrow(NotFoundError);
  });

  it('is not needed for px0 to be asked each time, which is the default', async () => {
    const client = await warmClient();
    await expect(client.render('greeting', { name: 'B' })).resolves.toMatchObject({ source: 'live' });
  });
});

describe('time limits', () => {
  it('a px0 that does not answer is away', async () => {
    px0Server.fault = 'hang';
    const client = clientOf({ attemptTimeoutMs: 50 });
    await expect(client.render('greeting')).rejects.toThrow(/has not answered within 50 ms/);
    await expect(client.render('greeting', {}, { fallback: 'Hi' })).resolves.toMatchObject({ text: 'Hi' });
  });

  it('a caller’s cancellation is thrown as it is, though there is a fallback', async () => {
    px0Server.fault = 'hang';
    const controller = new AbortController();
    const reason = new Error('no longer needed');
    const options = { fallback: 'Hi', signal: controller.signal };
    const call = clientOf().render('greeting', {}, options);
    await eventually(() => px0Server.renders === 1, { what: 'the request' });
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    await expect(clientOf().render('greeting', {}, options)).rejects.toBe(reason);
  });
});

describe('retries', () => {
  const retries = 2;

  it.each<Fault>([
    'reset',
    px0Error(503, 'service unavailable', { 'retry-after': '0' }),
    px0Error(429, 'slow'),
  ])('a passing fault is not noticed (%j)', async (fault) => {
    px0Server.faults = [fault, fault];
    const client = clientOf({ retries, cache: false });
    await expect(client.render('greeting', { name: 'Ada' })).resolves.toMatchObject({ source: 'live' });
    expect(px0Server.renders).toBe(3);
  });

  it('nothing is sent again after a refusal or an internal error', async () => {
    px0Server.faults = [px0Error(422, 'no'), px0Error(500, 'internal error')];
    const client = clientOf({ retries, cache: false });
    await expect(client.render('greeting')).rejects.toThrow(InvalidRequestError);
    await expect(client.render('greeting')).rejects.toThrow(UnreachableError);
    expect(px0Server.renders).toBe(2);
  });

  it('a wait that px0 asks for and the call has no time for is not begun', async () => {
    px0Server.fault = px0Error(503, 'service unavailable', { 'retry-after': '3600' });
    const failed = clientOf({ retries, cache: false }).render('greeting');
    await expect(failed).rejects.toMatchObject({ status: 503, retryAfterMs: 3_600_000 });
    expect(px0Server.renders).toBe(1);
  });

  it('are bounded for the client as a whole', async () => {
    px0Server.fault = px0Error(503, 'service unavailable', { 'retry-after': '0' });
    const client = clientOf({ retries, cache: false });
    for (let call = 0; call < 15; call += 1) await client.render('greeting').catch(() => undefined);
    expect(px0Server.renders).toBe(15 + 10);
  });

  it('reach a px0 that starts to listen meanwhile', async () => {
    const { port } = px0Server;
    await px0Server.close();
    const call = clientOf({ retries: 10, cache: false }).render('greeting', { name: 'Ada' });
    px0Server = await PlayedPx0.start(port);
    await expect(call).resolves.toMatchObject({ text: 'Hello Ada', source: 'live' });
  });
});

describe('a longer outage', () => {
  async function pausing(): Promise<Px0> {
    later(0);
    const client = clientOf({ fallbacks: { greeting: 'Hi {{.name}}' }, cache: false });
    px0Server.fault = 'reset';
    for (let call = 0; call < 3; call += 1) await client.render('greeting');
    expect(px0Server.renders).toBe(3);
    return client;
  }

  it('is not waited for by calls that have something to go on with', async () => {
    const client = await pausing();
    for (let call = 0; call < 5; call += 1) {
      await expect(client.render('greeting', { name: 'A' })).resolves.toMatchObject({ text: 'Hi A' });
    }
    expect(px0Server.renders).toBe(3);
  });

  it('is asked about by a single probe after a pause, which finds px0 back', async () => {
    const client = await pausing();
    px0Server.fault = undefined;
    later(1_500);
    const calls = await Promise.all([1, 2, 3].map((name) => client.render('greeting', { name })));
    expect(calls.map(({ source }) => source)).toEqual(['fallback', 'fallback', 'fallback']);
    await client.close();
    expect(px0Server.renders).toBe(4);
    await expect(client.render('greeting', { name: 'A' })).resolves.toMatchObject({ source: 'live' });
  });

  it('goes on with a longer pause when the probe fails', async () => {
    const client = await pausing();
    later(1_500);
    await client.render('greeting');
    await client.close();
    expect(px0Server.renders).toBe(4);
    later(900);
    await client.render('greeting');
    await client.close();
    expect(px0Server.renders).toBe(4);
  });

  it('is over for everybody when a call that has nothing to go on with gets an answer', async () => {
    const client = await pausing();
    px0Server.fault = undefined;
    px0Server.prompts['other'] = { version: 1, template: 'there' };
    await expect(client.render('other')).resolves.toMatchObject({ source: 'live' });
    await expect(client.render('greeting', { name: 'A' })).resolves.toMatchObject({ source: 'live' });
  });
});

describe('a fallback', () => {
  beforeEach(() => {
    px0Server.fault = 'reset';
  });

  it('answers though the variables lack a key, unless the call says otherwise', async () => {
    const client = clientOf({ fallbacks: { greeting: 'Hi {{.name}}' } });
    await expect(client.render('greeting')).resolves.toMatchObject({ text: 'Hi <no value>' });
    await expect(client.render('greeting', {}, { missingKey: 'error' })).rejects.toThrow(TemplateError);
  });

  it('is checked when it is given', async () => {
    expect(() => clientOf({ fallbacks: { greeting: 'Hi {{.name' } })).toThrow(UsageError);
    px0Server.fault = undefined;
    await expect(clientOf().render('greeting', { name: 'A' }, { fallback: '{{if}}' })).rejects.toThrow(
      /the fallback of greeting is not a valid template/,
    );
  });

  it('of the call wins over the client’s', async () => {
    const client = clientOf({ fallbacks: { greeting: 'client' } });
    await expect(client.render('greeting', {}, { fallback: 'call' })).resolves.toMatchObject({
      text: 'call',
    });
  });

  it('that fails by itself says so', async () => {
    const fallback = () => {
      throw new Error('broken');
    };
    await expect(clientOf().render('greeting', {}, { fallback })).rejects.toThrow(
      'the fallback of greeting failed: broken',
    );
  });
});

describe('a client', () => {
  it('is not made of settings with which it cannot work', () => {
    vi.stubEnv('PX0_ACCESS_TOKEN', '');
    vi.stubEnv('PX0_HOST', '');
    expect(() => new Px0()).toThrow(/set PX0_ACCESS_TOKEN/);
    const accessToken = 'ak_test';
    expect(() => new Px0({ accessToken: 'ak_1\n' })).toThrow(/access token/);
    expect(() => new Px0({ accessToken, host: 'localhost' })).toThrow(/not an http or https address/);
    expect(() => new Px0({ accessToken, timeoutMs: Number.NaN })).toThrow(/timeoutMs/);
    expect(() => new Px0({ accessToken, cache: { freshMs: -1 } })).toThrow(/freshMs/);
    expect(() => new Px0({ accessToken, cache: false, snapshotFile: 'x' })).toThrow(/needs the cache/);
    vi.unstubAllEnvs();
  });

  it('takes host and token from the environment', async () => {
    vi.stubEnv('PX0_ACCESS_TOKEN', 'ak_env');
    vi.stubEnv('PX0_HOST', `${px0Server.host}/`);
    const client = new Px0({ cache: false });
    vi.unstubAllEnvs();
    await client.render('greeting', { name: 'Ada' });
    expect(px0Server.seen[0]?.headers.authorization).toBe('Bearer ak_env');
    expect(px0Server.seen[0]?.path).toBe('/v1/prompts/greeting/render');
  });
});
