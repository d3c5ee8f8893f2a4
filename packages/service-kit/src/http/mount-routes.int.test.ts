import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import express from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiError } from '../errors.ts';
import { silentLogger } from '../logger.ts';
import type { Handlers, RequestWrapper } from './handler.ts';
import { healthRoutes } from './health.ts';
import { type MountOptions, mountRoutes } from './mount-routes.ts';
import { SerializedJson } from './reply.ts';
import { type RunningServer, startHttpServer } from './server.ts';

interface Caller {
  readonly name: string;
}

const TEAM = '0b8c3c1e-3c5f-4c59-9d39-0f6f2b1f8d11';
const running: RunningServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function serve(
  handlers: Handlers<Caller>,
  options: Partial<MountOptions<Caller>> = {},
): Promise<string> {
  const app = express();
  healthRoutes(app, { ready: () => ({ ready: false, details: { postgres: 'away' } }) });
  mountRoutes<Caller>(app, {
    handlers,
    authenticate: (route, req) => {
      if (route.auth === 'none') return { name: 'nobody' };
      if (req.headers.authorization === undefined) throw new ApiError('unauthorized');
      return { name: req.headers.authorization };
    },
    prefixes: ['/v1/orgs', '/v1/teams'],
    ...options,
  });
  const server = await startHttpServer({ app, host: '127.0.0.1', port: 0, logger: silentLogger() });
  running.push(server);
  return server.url;
}

const json = (body: string): RequestInit => ({
  method: 'POST',
  body,
  headers: { 'content-type': 'application/json', authorization: 'ada' },
});
const asAda = { headers: { authorization: 'ada' } };

const createOrg: Handlers<Caller> = {
  createOrg: async ({ body, principal, setHeader }) => {
    const { name } = body();
    if (name === undefined) throw new ApiError('nameRequired');
    setHeader('ETag', '"1"');
    return { org: { id: TEAM, name: `${name} by ${principal.name}`, created_at: '2026-01-02T03:04:05Z' } };
  },
};

describe('a caller', () => {
  it('that goes away before the answer is noticed by the handler', async () => {
    const [begun, left] = [Promise.withResolvers<void>(), Promise.withResolvers<boolean>()];
    const url = await serve({
      createOrg: ({ signal }) => {
        signal.addEventListener('abort', () => left.resolve(signal.aborted));
        begun.resolve();
        return new Promise(() => undefined);
      },
    });
    const caller = new AbortController();
    const answer = fetch(`${url}/v1/orgs`, { ...json('{}'), signal: caller.signal });
    await begun.promise;
    caller.abort();
    await expect(answer).rejects.toThrow();
    expect(await left.promise).toBe(true);
  });
});

describe('what may help a caller', () => {
  it('is a header of refusals: what the error says, or else what is known of the caller', async () => {
    const url = await serve(createOrg, {
      hintOf: (code, route) => (code === 'unauthorized' ? { credentials: [route.operationId] } : undefined),
    });
    const hint = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(`${url}${path}`, init);
      return [response.status, await response.text(), response.headers.get('px0-hint')];
    };
    const [unauthorized, invalid] = ['{"error":"unauthorized"}', '{"error":"invalid request body"}'];
    expect(await hint('/v1/orgs', { method: 'POST' })).toEqual([401, unauthorized, 'credentials=createOrg']);
    // What stands for an unknown path below a prefix of the service.
    expect(await hint('/v1/orgs/a/b/c')).toEqual([401, unauthorized, 'credentials=createOrg']);
    expect(await hint('/v1/orgs', json('{"name":1}'))).toEqual([400, invalid, 'field=name; must=string']);
    expect(await hint('/v1/orgs', json('{"name"'))).toEqual([400, invalid, 'body=json; at=1:8']);
    expect(await hint('/v1/orgs', { ...json(''), body: null })).toEqual([400, invalid, 'body=empty']);
    expect((await hint('/v1/orgs', json('{}'))).slice(0, 3)).toEqual([
      400,
      '{"error":"name is required"}',
      null,
    ]);
    expect((await hint('/v1/orgs', json('{"name":"Acme"}')))[2]).toBeNull();
  });
});

describe('an answer', () => {
  it('carries the contract’s success status, JSON, the handler’s headers, and is not stored by caches', async () => {
    const url = await serve(createOrg);
    const response = await fetch(`${url}/v1/orgs`, json('{"name":"Acme"}'));
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ org: { name: 'Acme by ada' } });
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('etag')).toBe('"1"');
    expect(response.headers.get('x-powered-by')).toBeNull();
  });

  it('may be serialised already, in pieces', async () => {
    const pieces = ['{"org":{"id":"', TEAM, '","name":"é","created_at":"2026-01-02T03:04:05Z"}}'];
    const url = await serve({
      createOrg: async () => new SerializedJson(pieces.map((piece) => Buffer.from(piece))),
    });
    const response = await fetch(`${url}/v1/orgs`, json('{}'));
    expect(response.status).toBe(201);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(pieces.join(''))));
    expect(await response.text()).toBe(pieces.join(''));
  });

  it('in pieces is read in full by a client that still sends a body that nobody reads', async () => {
    const pieces = ['{"prompt":', ' '.repeat(300_000), '{}}'];
    const url = await serve({
      archivePrompt: async () => new SerializedJson(pieces.map((piece) => Buffer.from(piece))),
    });
    const response = await fetch(`${url}/v1/prompts/${TEAM}/archive`, json('x'.repeat(3 * 1024 * 1024)));
    expect(response.headers.get('connection')).toBe('close');
    expect(await response.text()).toBe(pieces.join(''));
  });

  it('has no body and no content type when the contract says 204', async () => {
    const url = await serve({ deleteTeam: async () => undefined });
    const response = await fetch(`${url}/v1/teams/${TEAM}`, { method: 'DELETE', ...asAda });
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
    expect(response.headers.get('content-type')).toBeNull();
  });

  it('echoes a sane request id and replaces a strange one', async () => {
    const url = await serve({});
    const ask = async (id: string) =>
      (await fetch(`${url}/v1/teams`, { headers: { 'x-request-id': id } })).headers.get('x-request-id');
    expect(await ask('abc-123')).toBe('abc-123');
    expect(await ask('<script>')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await ask('x'.repeat(500))).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('routing', () => {
  const listMembers: Handlers<Caller> = {
    listTeamMembers: async ({ params, query }) => ({
      members: [],
      page: Number(query.page ?? 1),
      limit: 10,
      total: params.id === TEAM ? 7 : 0,
    }),
  };

  it('ignores letter case and one trailing slash, lower-cases ids, and passes the raw query', async () => {
    const url = await serve(listMembers);
    const response = await fetch(`${url}/V1/TEAMS/${TEAM.toUpperCase()}/Members/?page=3&page=4`, asAda);
    expect(await response.json()).toEqual({ members: [], page: 3, limit: 10, total: 7 });
  });

  it('answers HEAD where there is a GET, without a body', async () => {
    const url = await serve(listMembers);
    const response = await fetch(`${url}/v1/teams/${TEAM}/members`, { method: 'HEAD', ...asAda });
    expect(response.status).toBe(200);
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(10);
  });

  it('authenticates first below a prefix, then says 404 or 405 with Allow', async () => {
    const url = await serve(listMembers);
    expect((await fetch(`${url}/v1/teams/x/y/z`)).status).toBe(401);
    const unknown = await fetch(`${url}/v1/teams/x/y/z`, asAda);
    expect([unknown.status, await unknown.json()]).toEqual([404, { error: 'not found' }]);
    const wrong = await fetch(`${url}/v1/teams/${TEAM}/members`, { method: 'PATCH', ...asAda });
    expect([wrong.status, await wrong.json()]).toEqual([405, { error: 'method not allowed' }]);
    expect(wrong.headers.get('allow')).toBe('GET, HEAD, POST');
  });

  it('says 404 to an unknown path of the API below no prefix, with what the wrapper adds', async () => {
    const around: RequestWrapper = (_req, res, run) => {
      res.setHeader('Px0-Revision', 'r1');
      return run();
    };
    const url = await serve({}, { around });
    for (const path of ['/v1/auth/nothing', '/V1/nothing/']) {
      const response = await fetch(url + path);
      expect([response.status, await response.json()]).toEqual([404, { error: 'not found' }]);
      expect(response.headers.get('px0-revision')).toBe('r1');
    }
  });

  it('says 404 in JSON for a path outside every prefix, also in absolute form', async () => {
    const url = await serve({});
    const response = await fetch(`${url}/wp-admin.php`);
    expect([response.status, await response.json()]).toEqual([404, { error: 'not found' }]);
    expect(
      await rawExchange(url, 'GET http://evil/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
    ).toMatch(/^HTTP\/1.1 404/);
  });

  it('judges authentication before path parameters, and these before the handler', async () => {
    const url = await serve(listMembers);
    expect((await fetch(`${url}/v1/teams/7/members`)).status).toBe(401);
    const response = await fetch(`${url}/v1/teams/7/members`, asAda);
    expect([response.status, await response.json()]).toEqual([400, { error: 'invalid id' }]);
  });

  it('refuses with the check that runs after the parameters only when these are right', async () => {
    const afterParams = () => {
      throw new ApiError('unauthorized');
    };
    const url = await serve(listMembers, { afterParams });
    expect((await fetch(`${url}/v1/teams/7/members`, asAda)).status).toBe(400);
    expect((await fetch(`${url}/v1/teams/${TEAM}/members`, asAda)).status).toBe(401);
  });
});

describe('a request body', () => {
  const invalid = [400, { error: 'invalid request body' }];
  const post = async (url: string, init: RequestInit) => {
    const response = await fetch(`${url}/v1/orgs`, init);
    return [response.status, await response.json()];
  };

  it('is taken under every media type that ends in json', async () => {
    const url = await serve(createOrg);
    for (const type of ['application/json; charset=utf-8', 'application/problem+json', 'TEXT/JSON']) {
      const [status] = await post(url, {
        ...json('{"name":"A"}'),
        headers: { 'content-type': type, authorization: 'a' },
      });
      expect(status).toBe(201);
    }
  });

  it.each([
    ['no media type', { method: 'POST', body: new Blob(['{"name":"A"}']), ...asAda }],
    [
      'another media type',
      { method: 'POST', body: 'name=A', headers: { 'content-type': 'text/plain', authorization: 'a' } },
    ],
    ['an empty body', json('')],
    ['malformed JSON', json('{"name":')],
    ['trailing characters', json('{} {}')],
    ['an array', json('[]')],
    ['a field of the wrong type', json('{"name":7}')],
    ['bytes that are no UTF-8', { ...json(''), body: Buffer.from([0x22, 0xff, 0x22]) }],
    ['nesting without end', json('['.repeat(1_000_000))],
    [
      'an unknown encoding',
      {
        ...json('{}'),
        headers: { 'content-type': 'application/json', 'content-encoding': 'br', authorization: 'a' },
      },
    ],
    [
      'a broken gzip',
      {
        ...json('{}'),
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip', authorization: 'a' },
      },
    ],
  ])('with %s is invalid', async (_case, init) => {
    expect(await post(await serve(createOrg), init)).toEqual(invalid);
  });

  it('may be taken as it came, unless it cannot be JSON', async () => {
    const url = await serve({
      createOrg: async ({ bodyBytes }) => {
        throw new ApiError('invalidTemplate', { detail: bodyBytes().toString() });
      },
    });
    const send = async (body: string | Buffer<ArrayBuffer>, type = 'application/json') => {
      const headers = { 'content-type': type, authorization: 'ada' };
      return (await fetch(`${url}/v1/orgs`, { method: 'POST', body, headers })).json();
    };
    const refused = { error: 'invalid request body' };
    expect(await send('{"no JSON')).toEqual({ error: 'invalid template: {"no JSON' });
    expect(await send('')).toEqual(refused);
    expect(await send('{}', 'text/plain')).toEqual(refused);
    expect(await send(Buffer.from([0x22, 0xff, 0x22]))).toEqual(refused);
  });

  it('of literally null is an empty object', async () => {
    expect(await post(await serve(createOrg), json('null'))).toEqual([400, { error: 'name is required' }]);
  });

  it('may be gzipped, and is bounded by its inflated size', async () => {
    const url = await serve(createOrg);
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip', authorization: 'ada' };
    const [status] = await post(url, { method: 'POST', headers, body: gzipSync('{"name":"A"}') });
    expect(status).toBe(201);
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20));
    expect(await post(url, { method: 'POST', headers, body: bomb })).toEqual([
      413,
      { error: 'request body too large' },
    ]);
  });

  it('over 4 MiB is a 413 that the client gets to read, whether its length is declared or not', async () => {
    const url = await serve(createOrg);
    const declared = await post(url, json(JSON.stringify({ name: 'x'.repeat(5 * 1024 * 1024) })));
    expect(declared).toEqual([413, { error: 'request body too large' }]);
    expect(await postChunked(`${url}/v1/orgs`, 5 * 1024 * 1024)).toBe(413);
  });

  it('is not looked at before authentication, however large', async () => {
    const url = await serve(createOrg);
    const response = await fetch(`${url}/v1/orgs`, { method: 'POST', body: 'x'.repeat(5 * 1024 * 1024) });
    expect(response.status).toBe(401);
  });

  it('that breaks off does not disturb the server', async () => {
    const url = await serve(createOrg);
    const head =
      'POST /v1/orgs HTTP/1.1\r\nHost: x\r\nAuthorization: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{';
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await new Promise((resolve) => socket.write(head, resolve));
    socket.destroy();
    expect((await post(url, json('{"name":"A"}')))[0]).toBe(201);
  });
});

describe('an error', () => {
  it('that nobody foresaw is a 500 without a word about its cause', async () => {
    const url = await serve({
      createOrg: () => {
        throw new Error('password of the database is hunter2');
      },
    });
    const response = await fetch(`${url}/v1/orgs`, json('{}'));
    expect([response.status, await response.json()]).toEqual([500, { error: 'internal error' }]);
  });

  it('of a store that is away is a 503 with Retry-After', async () => {
    const url = await serve({
      createOrg: () => {
        throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      },
    });
    const response = await fetch(`${url}/v1/orgs`, json('{}'));
    expect([response.status, await response.json()]).toEqual([503, { error: 'service unavailable' }]);
    expect(response.headers.get('retry-after')).toBe('1');
  });
});

describe('the wrapper', () => {
  it('sees a refusal as a reply, may decide again, and the discarded decision leaves no header behind', async () => {
    let decisions = 0;
    const around: RequestWrapper = async (_req, res, run) => {
      const first = await run();
      res.setHeader('Px0-Revision', 'r1');
      return first.status === 404 ? run() : first;
    };
    const handlers: Handlers<Caller> = {
      createOrg: async ({ body, setHeader }) => {
        decisions += 1;
        setHeader('X-Decision', String(decisions));
        if (decisions === 1) throw new ApiError('organizationNotFound');
        return { org: { id: TEAM, name: body().name ?? '', created_at: '2026-01-02T03:04:05Z' } };
      },
    };
    const response = await fetch(`${await serve(handlers, { around })}/v1/orgs`, json('{"name":"A"}'));
    expect(response.status).toBe(201);
    expect(response.headers.get('x-decision')).toBe('2');
    expect(response.headers.get('px0-revision')).toBe('r1');
  });

  it('may refuse by itself', async () => {
    const around: RequestWrapper = () => Promise.reject(new ApiError('invalidRevision'));
    const response = await fetch(`${await serve(createOrg, { around })}/v1/orgs`, json('{}'));
    expect([response.status, await response.json()]).toEqual([400, { error: 'invalid revision' }]);
  });
});

describe('health', () => {
  it('tells alive from ready', async () => {
    const url = await serve({});
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([503, { ready: false, postgres: 'away' }]);
  });
});

function postChunked(url: string, bytes: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const req = httpRequest(
      url,
      { method: 'POST', headers: { 'content-type': 'application/json', authorization: 'a' } },
      (res) => {
        res.resume();
        resolve(res.statusCode);
      },
    );
    req.on('error', reject);
    const chunk = Buffer.alloc(256 * 1024, 0x20);
    for (let sent = 0; sent < bytes; sent += chunk.length) req.write(chunk);
    req.end();
  });
}

function rawExchange(url: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    socket.on('close', () => resolve(answer)).on('error', reject);
  });
}
