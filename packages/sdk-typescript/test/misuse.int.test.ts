/** Mistaken inputs beyond the shared table, which only JavaScript has, and a px0 or a `fetch` that misbehaves. */
import { execFile, execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { inspect, promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { folderOfBlock } from '@px0/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as api from '../src/api.ts';
import {
  ForbiddenError,
  Px0,
  Px0Error,
  type Px0Options,
  TemplateError,
  UnreachableError,
  UsageError,
} from '../src/mod.ts';
import { PlayedPx0 } from './played-px0.ts';

let px0Server: PlayedPx0;

beforeEach(async () => {
  px0Server = await PlayedPx0.start();
});

afterEach(async () => {
  await px0Server.close();
});

function optionsOf(options: object = {}): Px0Options {
  // A paused machine must not look like a px0 that does not answer.
  const limits = { retries: 0, timeoutMs: 30_000, attemptTimeoutMs: 30_000 };
  return { host: px0Server.host, accessToken: 'ak_secret', cache: false, ...limits, ...options };
}

const clientOf = (options: object = {}) => new Px0(optionsOf(options));

/** Of which nothing can be asked, not even what it is. */
function revoked(target: object = {}): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

class Person {
  readonly name = 'Ada';
  readonly born = new Date(0);
  readonly nickname = undefined;
}

/** As programs without types call. */
const untyped = (value: unknown): never => value as never;

async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    return void (await call());
  } catch (error) {
    return error;
  }
}

describe('a variable that JSON.stringify would change in silence', () => {
  class Account {
    readonly #name = 'Ada';
    get name() {
      return this.#name;
    }
  }
  const deep = Array.from({ length: 2_000 }).reduce((inner) => [inner], 1);
  const throwing = {
    get name() {
      throw new Error('no name');
    },
  };

  it.each<[string, unknown, string]>([
    [
      'NaN in a list of objects',
      { items: [1, 2, { price: Number.NaN }] },
      'variables.value.items[2].price is NaN',
    ],
    ['a key that is no identifier', { 'a b': [Number.NaN] }, 'variables.value["a b"][0] is NaN'],
    ['undefined in a list', ['a', undefined], 'variables.value[1] is undefined'],
    ['a hole in a list', Object.assign([], { 1: 'a' }), 'variables.value[0] is undefined'],
    ['a boxed NaN', Object(Number.NaN), 'variables.value is NaN'],
    ['an invalid date', new Date(Number.NaN), 'variables.value is an invalid date'],
    ['an invalid date of another realm', runInNewContext('new Date(NaN)'), 'is an invalid date'],
    ['a Map', new Map([['a', 1]]), 'variables.value is of type Map'],
    ['a Map of another realm', runInNewContext('new Map()'), 'is of type Map'],
    ['a WeakMap', new WeakMap(), 'is of type WeakMap'],
    ['a RegExp', /a/, 'is of type RegExp'],
    ['an error', Object.assign(new TypeError('no'), { code: 'E' }), 'is of type TypeError'],
    ['a typed array', Float32Array.of(1), 'is of type Float32Array'],
    ['an ArrayBuffer', new ArrayBuffer(1), 'is of type ArrayBuffer'],
    ['a Buffer', Buffer.from('a'), 'is of type Buffer'],
    ['search parameters', new URLSearchParams('a=1'), 'is of type URLSearchParams'],
    ['headers', new Headers({ a: '1' }), 'is of type Headers'],
    ['an iterator', [1].values(), 'which JSON does not support'],
    ['a class that hides its fields', new Account(), 'is of type Account'],
    ['a promise', Promise.resolve('a'), 'variables.value is a promise that was not awaited'],
    [
      'a query that was not awaited',
      Object.defineProperty(new Person(), 'then', { value: () => undefined }),
      'is a promise',
    ],
    ['a function', { greet: () => 'a' }, 'variables.value.greet is a function'],
    ['a symbol', Symbol('a'), 'variables.value is a symbol'],
    ['a BigInt', 10n, 'variables.value is a bigint'],
    ['nesting beyond the bound', deep, 'nests more than 1000 levels'],
    ['what toJSON makes', { toJSON: () => ({ n: Number.NaN }) }, 'variables.value.n is NaN'],
    [
      'a toJSON that throws',
      {
        toJSON: () => {
          throw new Error('not now');
        },
      },
      'variables.value cannot be written as JSON: not now',
    ],
    ['a toJSON that gives nothing', { toJSON: () => undefined }, 'variables.value is undefined'],
    [
      'a toJSON that gives null',
      { at: { toJSON: () => null } },
      'variables.value.at is of type Object, and its toJSON returns null',
    ],
    [
      'an invalid time of a library',
      new (class DateTime {
        toJSON() {
          return null;
        }
      })(),
      'variables.value is of type DateTime, and its toJSON returns null',
    ],
    ['a revoked proxy', revoked(), 'variables.value cannot be written as JSON: '],
    ['a revoked proxy of a list', [revoked([])], 'variables.value[0] cannot be written as JSON: '],
    ['a getter that throws', throwing, 'variables.value.name cannot be written as JSON: no name'],
    [
      'digits beyond the range of floats',
      Reflect.get(JSON, 'rawJSON')?.call(JSON, '1e400') ?? 10n,
      'variables.value is',
    ],
  ])('is refused with its place, whichever way the text would come: %s', async (_name, value, message) => {
    const variables = { value };
    const client = clientOf({ fallbacks: { greeting: () => 'Hi' } });
    px0Server.fault = 'reset';
    const error = await errorOf(() => client.render('greeting', variables));
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain(message);
    expect(px0Server.seen).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a list', untyped(['a'])],
    ['a text', 'a'],
    ['a Map', new Map()],
    ['a date', new Date(0)],
    ['a revoked proxy', revoked()],
  ])('is refused when it stands for all variables: %s', async (_name, variables) => {
    await expect(clientOf().render('greeting', untyped(variables))).rejects.toThrow(UsageError);
  });
});

describe('a variable that has a form in JSON', () => {
  it('is sent in that form: dates, addresses, fields of classes; what is undefined is absent', async () => {
    const value = {
      person: new Person(),
      url: new URL('http://a/'),
      count: Object(3),
      text: Object('a'),
      ofAnotherRealm: runInNewContext('({ a: [1] })'),
      bare: Object.assign(Object.create(null), { a: 1 }),
      nested: Array.from({ length: 990 }).reduce((inner) => [inner], 1),
    };
    await errorOf(() => clientOf().render('greeting', { name: 'Ada', ...value }));
    const { variables } = JSON.parse(px0Server.seen[0]?.body ?? '');
    expect(variables).toMatchObject({
      person: { name: 'Ada', born: '1970-01-01T00:00:00.000Z' },
      url: 'http://a/',
      count: 3,
      text: 'a',
      ofAnotherRealm: { a: [1] },
      bare: { a: 1 },
    });
    expect(Object.keys(variables.person)).toEqual(['name', 'born']);
  });
});

describe('a variable that is another one each time it is read', () => {
  const values = [1, Number.NaN, undefined, () => 'a'];
  const next = () => {
    let reads = 0;
    return () => values[reads++ % values.length];
  };

  it.each<[string, () => object]>([
    ['a getter', () => Object.defineProperty({}, 'n', { get: next(), enumerable: true })],
    [
      'a toJSON',
      () => {
        const read = next();
        return { toJSON: () => ({ n: read() }) };
      },
    ],
    [
      'a proxy',
      () => {
        const read = next();
        return new Proxy({ n: 0 }, { get: (_, name) => (name === 'n' ? read() : undefined) });
      },
    ],
    [
      'an item of a list',
      () => Object.assign(Object.defineProperty([], '0', { get: next() }), { length: 1 }),
    ],
    [
      'a number in an object',
      () => {
        const read = next();
        return { n: Object.assign(Object(0), { valueOf: read }) };
      },
    ],
  ])('is read once, so what was judged is what is sent: %s', async (_name, make) => {
    await errorOf(() => clientOf().render('greeting', { name: 'Ada', value: make() }));
    const { variables } = JSON.parse(px0Server.seen[0]?.body ?? '');
    expect(Object.values(variables.value)).toEqual([1]);
    const payloads = new api.PromptPayloadsApi(api.apiConfiguration(optionsOf()));
    await errorOf(() =>
      payloads.createPromptPayload('a', { name: 'n', variables: untyped({ value: make() }) }),
    );
    const sent = JSON.parse(px0Server.seen[1]?.body ?? '').variables.value;
    expect(Object.values(sent)).toEqual([1]);
  });

  it('keeps every digit of the numbers of a payload, and sends those of a render as px0 reads them', async ({
    skip,
  }) => {
    const rawJson: unknown = Reflect.get(JSON, 'rawJSON');
    if (typeof rawJson !== 'function') return skip('this platform has no JSON.rawJSON');
    const variables = {
      id: Reflect.apply(rawJson, JSON, ['9007199254740993']),
      far: Reflect.apply(rawJson, JSON, ['1e400']),
    };
    const payloads = new api.PromptPayloadsApi(api.apiConfiguration(optionsOf()));
    await errorOf(() => payloads.createPromptPayload('a', { name: 'n', variables }));
    expect(px0Server.seen[0]?.body).toContain('"variables":{"id":9007199254740993,"far":1e400}');
    await errorOf(() => clientOf().render('greeting', { name: 'Ada', id: variables.id }));
    expect(px0Server.seen[1]?.body).toContain('"id":9007199254740992');
  });

  it('keeps a key that means something in JavaScript', async () => {
    const variables = JSON.parse('{"name":"Ada","__proto__":{"a":[1]},"constructor":2}');
    await errorOf(() => clientOf().render('greeting', variables));
    expect(px0Server.seen[0]?.body).toBe(
      '{"variables":{"name":"Ada","__proto__":{"a":[1]},"constructor":2},"options":{"transcript":false}}',
    );
  });

  it('gives a fallback what px0 would get', async () => {
    px0Server.fault = 'reset';
    const seen: unknown[] = [];
    const fallback = (variables: object) => String(seen.push(variables));
    const variables = { at: new Date(0), zero: -0, none: undefined, person: new Person(), half: '\ud800' };
    await clientOf().render('greeting', variables, { fallback });
    const { variables: sent } = JSON.parse(px0Server.seen[0]?.body ?? '');
    expect(seen).toStrictEqual([sent]);
  });
});

describe('half a surrogate pair', () => {
  it('is what px0 makes of it, wherever the text is made', async () => {
    const client = new Px0(optionsOf({ cache: {} }));
    const variables = { name: 'a\ud800 \\ud800 \\\udfff 😀' };
    await client.render('greeting', variables);
    await client.close();
    expect(JSON.parse(px0Server.seen[0]?.body ?? '')).toMatchObject({
      variables: { name: 'a\ufffd \\ud800 \\\ufffd 😀' },
    });
    px0Server.fault = 'reset';
    await expect(client.render('greeting', variables)).resolves.toMatchObject({
      text: 'Hello a\ufffd \\ud800 \\\ufffd 😀',
      source: 'cache',
    });
  });
});

describe('a call of a program without types', () => {
  const half = '\ud800';

  it.each<[string, (client: Px0) => Promise<unknown>]>([
    ['a slug that is no text', (client) => client.render(untyped(5))],
    ['a slug of half a character', (client) => client.render(half)],
    ['a tag of half a character', (client) => client.render('greeting', {}, { tag: half })],
    ['a tag that is no text', (client) => client.render('greeting', {}, { tag: untyped(['a']) })],
    ['a team of half a character', (client) => client.render('greeting', {}, { teamId: half })],
    ['options that are none', (client) => client.render('greeting', {}, untyped(null))],
    ['a signal that is none', (client) => client.render('greeting', {}, { signal: untyped({}) })],
    [
      'a signal with nothing but a method',
      (client) => client.render('greeting', {}, { signal: untyped({ addEventListener: () => undefined }) }),
    ],
    [
      'a signal of a fetch that is none',
      (client) => client.fetch(`${client.host}/v1`, { signal: untyped({}) }),
    ],
    ['options that cannot be read', (client) => client.render('greeting', {}, untyped(revoked()))],
    [
      'an option that cannot be read',
      (client) =>
        client.render(
          'greeting',
          {},
          {
            get tag(): string {
              throw new Error('not now');
            },
          },
        ),
    ],
    ['a method that is none', (client) => client.fetch(`${client.host}/v1`, { method: 'GET /' })],
    ['a method of another type', (client) => client.fetch(`${client.host}/v1`, { method: untyped(5) })],
    ['a method that fetch forbids', (client) => client.fetch(`${client.host}/v1`, { method: 'trace' })],
    ['a body of a GET', (client) => client.fetch(`${client.host}/v1`, { body: '{}' })],
    ['a body of a HEAD', (client) => client.fetch(`${client.host}/v1`, { method: 'head', body: '' })],
    ['options of a fetch that are none', (client) => client.fetch(`${client.host}/v1`, untyped(revoked()))],
    [
      'a header that is the connection’s',
      (client) => client.fetch(`${client.host}/v1`, { headers: { 'Transfer-Encoding': 'chunked' } }),
    ],
    ['a fallback that is none', (client) => client.render('greeting', {}, { fallback: untyped(5) })],
    ['an address elsewhere', (client) => client.fetch('http://elsewhere/')],
    ['an address with dots', (client) => client.fetch(`${client.host}/v1/teams/x/..`)],
    ['an address with encoded dots', (client) => client.fetch(`${client.host}/v1/teams/x/%2E.`)],
    ['an address with an empty segment', (client) => client.fetch(`${client.host}/v1//x`)],
    ['an address with a tab between dots', (client) => client.fetch(`${client.host}/v1/x/.\t./y`)],
    [
      'a header that cannot be sent',
      (client) => client.fetch(`${client.host}/v1`, { headers: { a: 'b\nc' } }),
    ],
    ['a body that is no text', (client) => client.fetch(`${client.host}/v1`, { body: untyped(5) })],
  ])('is refused before anything is sent: %s', async (_name, call) => {
    await expect(call(clientOf({ fallbacks: { greeting: 'Hi' } }))).rejects.toThrow(UsageError);
    expect(px0Server.seen).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a fetch', { fetch: 'fetch' }],
    ['a hook for warnings', { onWarning: 'log' }],
    ['fallbacks', { fallbacks: new Map([['greeting', 'Hi']]) }],
    ['fallbacks that cannot be read', { fallbacks: revoked() }],
    ['a cache that cannot be read', { cache: revoked() }],
    ['a fallback', { fallbacks: { greeting: 5 } }],
    ['a cache', { cache: 'on' }],
    ['an address object', { host: new URL('http://localhost') }],
    ['a token that is no text', { accessToken: 5 }],
    ['an empty path of a state file', { cache: {}, snapshotFile: '' }],
    ['a path of a state file that is none', { cache: {}, snapshotFile: 5 }],
    ['two state files', { cache: {}, snapshotFile: 'a', stateFile: 'b' }],
    ['a mode', { mode: 'push' }],
    ['slugs', { mode: 'stream', slugs: 'greeting' }],
    ['no slugs', { mode: 'stream', slugs: [] }],
    ['a slug with a comma', { mode: 'stream', slugs: ['a,b'] }],
    ['too many slugs', { mode: 'stream', slugs: Array.from({ length: 201 }, (_, n) => `s${n}`) }],
    ['an interval', { mode: 'poll', pollIntervalMs: 0 }],
    ['a time to start', { mode: 'poll', initTimeoutMs: '2s' }],
    ['an age', { mode: 'poll', maxStaleMs: -1 }],
    ['remoteWhenNeeded', { mode: 'poll', remoteWhenNeeded: 'yes' }],
    ['files without one', { mode: 'file' }],
    ['a bundle without keys', { mode: 'file', bundleFile: 'a' }],
    ['a bundle with a key that is none', { mode: 'file', bundleFile: 'a', bundleKeys: ['px0pk_short'] }],
    ['a bundle of a remote client', { bundleFile: 'a', bundleKeys: [`px0pk_${'a'.repeat(43)}`] }],
  ])('makes no client of options of another type: %s', (_name, options) => {
    expect(() => new Px0(untyped(options === null ? null : { ...optionsOf(), ...Object(options) }))).toThrow(
      UsageError,
    );
  });

  it.each<[string, (configuration: api.Configuration) => Promise<unknown>]>([
    ['no id', (c) => new api.PromptsApi(c).getPrompt(untyped(undefined))],
    ['half a character in the path', (c) => new api.PromptsApi(c).getPrompt(half)],
    ['half a character in the query', (c) => new api.PromptsApi(c).getPrompt('a', undefined, half)],
    [
      'a header that cannot be sent',
      (c) => new api.PromptsApi(c).getPrompt('a', undefined, undefined, undefined, 'b\nc'),
    ],
    [
      'an invalid date',
      (c) => new api.APIKeysApi(c).createAPIKey({ name: 'a', orgId: 'o', expiresAt: new Date(Number.NaN) }),
    ],
    ['a list that is none', (c) => new api.PromptRendersApi(c).renderBatch({ renders: untyped(5) })],
    [
      'a value that JSON does not have',
      (c) =>
        new api.PromptPayloadsApi(c).createPromptPayload('a', { name: 'n', variables: { n: Number.NaN } }),
    ],
  ])('gets an error of this package from the generated client, too: %s', async (_name, call) => {
    await expect(call(api.apiConfiguration({ ...optionsOf() }))).rejects.toThrow(UsageError);
    expect(px0Server.seen).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['an object', {}],
    ['its settings', { basePath: 'http://localhost:8000' }],
    ['null', null],
  ])('makes no API of something else than a configuration: %s', (_name, configuration) => {
    expect(() => new api.PromptsApi(untyped(configuration))).toThrow(UsageError);
  });

  it.each<[string, object | 'reset', new (...given: never[]) => Error]>([
    ['a closed connection', 'reset', UnreachableError],
    ['a page', { status: 404, body: '<html>', isForeign: true }, UnreachableError],
    ['a refusal of px0', { status: 403, body: { error: 'forbidden' } }, ForbiddenError],
  ])('gets an error of this package without a configuration of it, too: %s', async (_name, fault, error) => {
    px0Server.fault = untyped(fault);
    const configuration = new api.Configuration({ basePath: px0Server.host, accessToken: 'ak_secret' });
    const raised = await errorOf(() => new api.PromptRendersApi(configuration).renderLive('greeting', {}));
    expect(raised).toBeInstanceOf(error);
    const fetchApi = (url: unknown, init?: RequestInit) =>
      fetch(String(url).replace('http://localhost:8000', px0Server.host), init);
    vi.spyOn(globalThis, 'fetch').mockImplementationOnce(fetchApi);
    await expect(new api.PromptRendersApi().renderLive('greeting', {})).rejects.toThrow(error);
  });

  it('does not move a request: no member that is removed takes the team along', async () => {
    const teams = new api.UserManagementApi(api.apiConfiguration(optionsOf()));
    await expect(teams.removeTeamMember('a-team', '..')).rejects.toThrow(UsageError);
    await expect(teams.removeTeamMember('..', 'a-user')).rejects.toThrow(UsageError);
    expect(px0Server.seen).toEqual([]);
  });
});

describe('an answer in another form than the operation’s', () => {
  it.each<[string, (configuration: api.Configuration) => Promise<unknown>, object]>([
    ['no JSON', (c) => new api.PromptsApi(c).getPrompt('a'), { body: '<html>Welcome</html>' }],
    ['other JSON', (c) => new api.PromptsApi(c).getPrompt('a'), { body: { status: 'ok' } }],
    ['a list that is none', (c) => new api.PromptsApi(c).listAllPrompts(), { body: { prompts: 5 } }],
    [
      'a page for a deletion',
      (c) => new api.TeamManagementApi(c).deleteTeam('a'),
      { body: '<html>Welcome</html>' },
    ],
    [
      'a redirection',
      (c) => new api.PromptsApi(c).getPrompt('a'),
      { status: 302, body: '', headers: { location: '/login' } },
    ],
  ])('is nobody’s answer: %s', async (_name, call, reply) => {
    px0Server.always = { status: 200, isForeign: true, body: '', ...reply };
    await expect(call(api.apiConfiguration(optionsOf()))).rejects.toThrow(UnreachableError);
  });
});

describe('a fetch that an application gives', () => {
  const leaky = Object.assign(
    new Error('failed with Bearer ak_secret via http://user:hunter2@proxy', {
      cause: Object.assign(new Error('inner ak_secret'), {
        code: 'ECONNRESET',
        request: { token: 'ak_secret' },
      }),
    }),
    { config: { headers: { authorization: 'Bearer ak_secret' } } },
  );

  it.each<[string, () => unknown]>([
    [
      'throws at once',
      () => {
        throw leaky;
      },
    ],
    ['rejects', () => Promise.reject(leaky)],
    ['rejects with no error', () => Promise.reject('ak_secret')],
    ['rejects with several', () => Promise.reject(new AggregateError([leaky], ''))],
    ['rejects with nothing', () => Promise.reject(undefined)],
    ['answers with nothing', () => Promise.resolve(undefined)],
    ['answers with no response', () => Promise.resolve({ status: 200, text: async () => 'Hi' })],
    [
      'answers with a body that is no text',
      () => ({ status: 200, headers: new Headers(), text: async () => 5 }),
    ],
    ['repeats the token in an error', () => new Response('{"error":"who is ak_secret?"}', { status: 403 })],
    [
      'repeats the token in px0’s words',
      () => new Response('{"error":"who is ak_secret?"}', { status: 400, headers: { 'px0-revision': 'r' } }),
    ],
  ])('that %s makes an error of this package, without the token', async (_name, fetch) => {
    const client = clientOf({ fetch });
    for (const call of [
      () => client.render('greeting'),
      () => new api.PromptsApi(api.apiConfiguration(client)).getPrompt('a'),
    ]) {
      const error = await errorOf(call);
      expect(error).toBeInstanceOf(Px0Error);
      expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(/ak_secret|hunter2/);
    }
  });

  it.each([
    'http://u:hunter2@proxy',
    'http://u:hun@ter2@proxy:3128/',
    'http://hunter2@proxy',
    'http://u:hun/ter2@proxy',
    'http://u:hun ter2@proxy',
    'http://u:hun?ter#2@proxy',
    'http://u:hun"ter2@proxy',
    'socks5://hunter2:@[::1]:1080',
    'http://a.example, http://u:hunter2@b.example and http://c.example',
  ])('that names a proxy’s password does not hand it on: %s', async (address) => {
    for (const fetch of [
      () => Promise.reject(new Error(`cannot connect to ${address}`)),
      async () =>
        Response.json({ error: `via ${address}` }, { status: 400, headers: { 'px0-revision': 'r' } }),
    ]) {
      const error = await errorOf(() => clientOf({ fetch }).render('greeting'));
      expect(error).toBeInstanceOf(Px0Error);
      expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(/hun[^k]|ter2/);
      expect(String(error)).toMatch(/\*\*\*@(proxy|\[::1\]|b\.example)/);
    }
  });

  it('that answers JSON with escaped slashes does not hand it on, either', async () => {
    const body = String.raw`{"error":"via http:\/\/u:hun\"ter2\/@proxy"}`;
    const fetch = async () => new Response(body, { status: 400, headers: { 'px0-revision': 'r' } });
    await expect(clientOf({ fetch }).render('greeting')).rejects.toThrow(/^via http:\/\/\*\*\*@proxy$/);
  });

  it('keeps addresses without a password, and what is JSON', async () => {
    const words = 'see http://a.example/x';
    const body = JSON.stringify({ error: words, by: { mail: ['ada@example.com'] } });
    const fetch = async () => new Response(body, { status: 400, headers: { 'px0-revision': 'r' } });
    await expect(clientOf({ fetch }).render('greeting')).rejects.toThrow(words);
    const error = new Error(words);
    error.stack = `Error: ${words}\n    at f (file:///app/node_modules/@px0/sdk/mod.js:1:1)`;
    const raised = await errorOf(() => clientOf({ fetch: () => Promise.reject(error) }).render('greeting'));
    expect(raised).toMatchObject({ cause: { stack: error.stack } });
  });

  it('has no part in it: a configuration made by hand repeats no token, either', async () => {
    for (const accessToken of ['ak_secret\n', 'ak_secret\u2028']) {
      const configuration = new api.Configuration({ basePath: px0Server.host, accessToken });
      const error = await errorOf(() => new api.PromptsApi(configuration).getPrompt('a'));
      expect(error).toBeInstanceOf(Error);
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain('ak_secret');
    }
  });

  it('keeps what the error says of the reason', async () => {
    const error = await errorOf(() => clientOf({ fetch: () => Promise.reject(leaky) }).render('greeting'));
    expect(error).toMatchObject({
      name: 'UnreachableError',
      cause: { name: 'Error', cause: { message: 'inner ***', code: 'ECONNRESET' } },
    });
  });

  it('that does not listen to signals keeps no call beyond its time', async () => {
    const client = clientOf({ fetch: () => new Promise(() => undefined), attemptTimeoutMs: 50 });
    await expect(client.render('greeting')).rejects.toThrow('has not answered within 50 ms');
    const stuck = clientOf({
      fetch: async () => ({ status: 200, headers: new Headers(), text: () => new Promise(() => undefined) }),
      attemptTimeoutMs: 50,
    });
    await expect(stuck.render('greeting', {}, { fallback: 'Hi' })).resolves.toMatchObject({ text: 'Hi' });
  });

  it('that does not listen to signals does not outlive a cancellation', async () => {
    const controller = new AbortController();
    const reason = new Error('no longer needed');
    const client = clientOf({
      fetch: () => {
        controller.abort(reason);
        return new Promise(() => undefined);
      },
    });
    await expect(client.render('greeting', {}, { signal: controller.signal })).rejects.toBe(reason);
  });

  it('is told nothing of the generated client’s cancellation: the caller gets its reason', async () => {
    const controller = new AbortController();
    const reason = new Error('no longer needed');
    controller.abort(reason);
    const prompts = new api.PromptsApi(api.apiConfiguration(optionsOf()));
    await expect(
      prompts.getPrompt('a', undefined, undefined, undefined, undefined, undefined, {
        signal: controller.signal,
      }),
    ).rejects.toBe(reason);
  });
});

describe('an answer without end', () => {
  let server: Server;
  const sockets = new Set<Socket>();

  async function hostOf(begin: (socket: Socket) => void): Promise<string> {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).once('data', () => begin(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  /** Writes as fast as it is read. */
  function withoutEnd(socket: Socket, head: string, part: string): void {
    const again = () => {
      while (!socket.destroyed && socket.write(part));
    };
    socket.on('drain', again).write(head);
    again();
  }

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await new Promise((resolve) => server.close(resolve));
  });

  // What has no end of its own is ended by the time; a body and headers have a bound before that.
  it.each<[string, string, string, number]>([
    [
      'a body',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
      `10000\r\n${'x'.repeat(0x10000)}\r\n`,
      25_000,
    ],
    ['headers', 'HTTP/1.1 200 OK\r\n', `x-filler: ${'x'.repeat(1_000)}\r\n`, 25_000],
    ['interim answers', '', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n', 100],
  ])('is an outage: %s', async (_name, head, part, timeoutMs) => {
    const host = await hostOf((socket) => withoutEnd(socket, head, part));
    const client = clientOf({ host, timeoutMs, attemptTimeoutMs: timeoutMs });
    const message = timeoutMs < 1_000 ? /has not answered within/ : /cannot be reached/;
    await expect(client.render('greeting')).rejects.toThrow(message);
  });

  it('is not needed for an outage: a status that HTTP does not have is one, too', async () => {
    const host = await hostOf((socket) => void socket.end('HTTP/1.1 999 Mine\r\nContent-Length: 0\r\n\r\n'));
    await expect(clientOf({ host }).render('greeting')).rejects.toThrow(UnreachableError);
    await expect(clientOf({ host }).fetch(`${host}/v1/prompts`)).rejects.toThrow(UnreachableError);
  });
});

describe('a fallback', () => {
  it.each<[string, () => unknown, string]>([
    [
      'throws nothing',
      () => {
        throw undefined;
      },
      'failed: undefined',
    ],
    [
      'throws what has no text',
      () => {
        throw Object.create(null);
      },
      'failed: unknown error',
    ],
    ['gives nothing', () => undefined, 'failed: it did not return a string'],
    [
      'gives a promise that fails',
      async () => {
        throw new Error('late');
      },
      'a fallback must be synchronous',
    ],
  ])('that %s is an error of the fallback', async (_name, fallback, message) => {
    px0Server.fault = 'reset';
    const error = await errorOf(() => clientOf().render('greeting', {}, { fallback: untyped(fallback) }));
    expect(error).toBeInstanceOf(TemplateError);
    expect(String(error)).toContain(message);
  });
});

describe('a state file', () => {
  it('that is a pipe, a device or a folder is a warning, is not waited for and stays what it is', async () => {
    await using own = await folderOfBlock('sdk-typescript-misuse');
    const folder = own.path;
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const snapshotFile of [pipe, folder]) {
      const warnings: string[] = [];
      const onWarning = (message: string) => {
        warnings.push(message);
        throw new Error('a hook that fails');
      };
      const client = clientOf({ cache: {}, snapshotFile, onWarning });
      await expect(client.render('greeting', { name: 'Ada' })).resolves.toMatchObject({ source: 'live' });
      await client.close();
      expect(warnings).toEqual([
        `The state file ${snapshotFile} cannot be read: it is not a regular file`,
        `The state file ${snapshotFile} cannot be written: it is not a regular file`,
      ]);
      expect(statSync(snapshotFile).isFile()).toBe(false);
    }
  });
});

describe('a relative path of a state file', () => {
  it('counts from the folder in which the client is made', async () => {
    await using own = await folderOfBlock('sdk-typescript-folder');
    const folder = own.path;
    await mkdir(join(folder, 'later'));
    const program = `
      import { Px0 } from ${JSON.stringify(join(import.meta.dirname, '..', 'src', 'mod.ts'))};
      const px0 = new Px0({ snapshotFile: 'px0.json' });
      process.chdir('later');
      await px0.render('greeting', { name: 'Ada' });
      await px0.close();`;
    const env = { ...process.env, PX0_HOST: px0Server.host, PX0_ACCESS_TOKEN: 'ak_secret' };
    const args = ['--input-type=module', '--eval', program];
    await promisify(execFile)(process.execPath, args, { env, cwd: folder });
    expect(statSync(join(folder, 'px0.json')).isFile()).toBe(true);
    expect(await readdir(join(folder, 'later'))).toEqual([]);
  });
});

describe('a process', () => {
  it('ends by itself, whatever limits its client has', async () => {
    const program = `
      import { Px0 } from ${JSON.stringify(join(import.meta.dirname, '..', 'src', 'mod.ts'))};
      const px0 = new Px0({ timeoutMs: Infinity, attemptTimeoutMs: 1e15 });
      const { text } = await px0.render('greeting', { name: 'Ada' });
      console.log(text);`;
    const env = { ...process.env, PX0_HOST: px0Server.host, PX0_ACCESS_TOKEN: 'ak_secret' };
    const args = ['--input-type=module', '--eval', program];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env, timeout: 50_000 });
    expect(stdout).toBe('Hello Ada\n');
  });
});

describe('work in the background whose platform has dropped it', () => {
  /** Edge workers end what a request began with the request: its promises never settle, and its timers never fire. */
  const dropped = () => new Promise<never>(() => undefined);
  const rendered = { rendered: 'Hi', version: 1, slug: 'greeting', tags: [] };

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'Date'] });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('is begun again later', async () => {
    const methods: string[] = [];
    const fetch = async (_url: string, { method = '' }: RequestInit) => {
      methods.push(method);
      return method === 'GET' ? dropped() : Response.json(rendered);
    };
    const client = clientOf({ fetch, cache: {}, timeoutMs: 5_000 });
    await client.render('greeting');
    await client.render('greeting');
    expect(methods).toEqual(['POST', 'GET', 'POST']);
    vi.setSystemTime(Date.now() + 5_000);
    await client.render('greeting');
    expect(methods).toEqual(['POST', 'GET', 'POST', 'POST', 'GET']);
  });

  it('does not keep close for longer than ten seconds, whatever a call may take, and is cancelled', async () => {
    const signals: (AbortSignal | null | undefined)[] = [];
    const fetch = async (_url: string, { method, signal }: RequestInit) => {
      signals.push(signal);
      return method === 'GET' ? dropped() : Response.json(rendered);
    };
    const client = clientOf({ fetch, cache: {}, timeoutMs: 1e12, attemptTimeoutMs: 1e12 });
    await client.render('greeting');
    const closed = client.close();
    await vi.advanceTimersByTimeAsync(10_000);
    await closed;
    expect(signals.map((signal) => signal?.aborted)).toEqual([false, true]);
    await expect(client.render('greeting')).resolves.toMatchObject({ source: 'live' });
  });

  it('does not keep a client in its pause', async () => {
    let answer: () => Promise<Response> = () => Promise.reject(new Error('away'));
    const client = clientOf({ fetch: () => answer(), fallbacks: { greeting: 'Hi' } });
    for (let call = 0; call < 3; call += 1) await client.render('greeting');
    answer = dropped;
    vi.setSystemTime(Date.now() + 10_000);
    await client.render('greeting');
    answer = async () => Response.json(rendered);
    await expect(client.render('greeting')).resolves.toMatchObject({ source: 'fallback' });
    vi.setSystemTime(Date.now() + 60_000);
    await client.render('greeting');
    await vi.waitFor(
      async () => expect(await client.render('greeting')).toMatchObject({ source: 'live' }),
      30_000,
    );
  });

  it('does not keep a client in its pause when the clock is set back', async () => {
    let answer: () => Promise<Response> = () => Promise.reject(new Error('away'));
    const client = clientOf({ fetch: () => answer(), fallbacks: { greeting: 'Hi' } });
    for (let call = 0; call < 3; call += 1) await client.render('greeting');
    answer = async () => Response.json(rendered);
    vi.setSystemTime(Date.now() - 24 * 3_600_000);
    await client.render('greeting');
    await vi.waitFor(
      async () => expect(await client.render('greeting')).toMatchObject({ source: 'live' }),
      30_000,
    );
  });
});
