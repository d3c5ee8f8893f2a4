import { encodeToken } from '@px0/event-bus';
import { afterEach, describe, expect, it } from 'vitest';
import { deadUrl, exchangeBytes, fakeService, gateway, ok, stopAll } from './fixture.ts';

afterEach(stopAll);

const TEAM = '0b8c3c1e-3c5f-4c59-9d39-0f6f2b1f8d11';

describe('routing', () => {
  it('sends each path to the service that owns it, unknown ones below a prefix too', async () => {
    const named = (name: string) => fakeService((_req, res) => res.end(name));
    const [identity, tenancy, registry, render] = await Promise.all(
      ['identity', 'tenancy', 'registry', 'render'].map(named),
    );
    const { url } = await gateway({
      IDENTITY_URL: identity?.url ?? '',
      TENANCY_URL: tenancy?.url ?? '',
      PROMPT_REGISTRY_URL: registry?.url ?? '',
      RENDER_URL: render?.url ?? '',
    });
    const owner = async (method: string, path: string) => (await fetch(url + path, { method })).text();
    expect(await owner('POST', '/v1/auth/login')).toBe('identity');
    expect(await owner('GET', '/v1/API-Keys/')).toBe('identity');
    expect(await owner('GET', '/v1/auth/nothing/here')).toBe('identity');
    expect(await owner('GET', '/v1/me/orgs')).toBe('tenancy');
    expect(await owner('PATCH', `/v1/teams/${TEAM}`)).toBe('tenancy');
    expect(await owner('POST', `/v1/teams/${TEAM}/prompts`)).toBe('registry');
    expect(await owner('GET', '/v1/prompts')).toBe('registry');
    expect(await owner('POST', '/v1/prompts/hello/render')).toBe('render');
    expect(await owner('POST', '/v1/prompts/hello/versions/2/render')).toBe('render');
    expect(await owner('GET', '/v1/prompts/hello/render')).toBe('render');
  });

  it('answers health itself, without any service', async () => {
    const { url } = await gateway();
    const response = await fetch(`${url}/v1/health`);
    expect([response.status, await response.json()]).toEqual([200, { status: 'OK' }]);
    expect((await fetch(`${url}/V1/Health/`, { method: 'HEAD' })).status).toBe(200);
  });

  it('says 404 and 405 in the contract’s words where no service owns the path', async () => {
    const { url } = await gateway();
    const unknown = await fetch(`${url}/v1/nothing`);
    expect([unknown.status, await unknown.json()]).toEqual([404, { error: 'not found' }]);
    const wrong = await fetch(`${url}/v1/health`, { method: 'POST' });
    expect([wrong.status, await wrong.json()]).toEqual([405, { error: 'method not allowed' }]);
    expect(wrong.headers.get('allow')).toBe('GET, HEAD');
    const page = await fetch(`${url}/wp-login.php`);
    expect([page.status, await page.json()]).toEqual([404, { error: 'not found' }]);
  });
});

describe('a forwarded request', () => {
  it('keeps method, path, query and body, small or streamed', async () => {
    const registry = await fakeService(ok);
    const { url } = await gateway({ PROMPT_REGISTRY_URL: registry.url });
    const large = JSON.stringify({ template: 'x'.repeat(300_000) });
    for (const body of ['{"template":"hi"}', large]) {
      await fetch(`${url}/v1/prompts/${TEAM}/versions?a=1&b=%2F`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      });
    }
    const stream = new Blob([large]).stream();
    await fetch(`${url}/v1/prompts/${TEAM}/versions`, { method: 'POST', body: stream, duplex: 'half' });
    expect(registry.seen.map(({ method, url: path, body }) => [method, path, body.length])).toEqual([
      ['POST', `/v1/prompts/${TEAM}/versions?a=1&b=%2F`, 17],
      ['POST', `/v1/prompts/${TEAM}/versions?a=1&b=%2F`, large.length],
      ['POST', `/v1/prompts/${TEAM}/versions`, large.length],
    ]);
    expect(registry.seen[0]?.body).toBe('{"template":"hi"}');
  });

  it('keeps a path with dot segments as it came, since tags may be called so', async () => {
    const registry = await fakeService(ok);
    const { url } = await gateway({ PROMPT_REGISTRY_URL: registry.url });
    const paths = [`/v1/prompts/${TEAM}/tags/..`, `/v1/prompts/${TEAM}/tags/%2E`];
    for (const path of paths)
      await exchangeBytes(url, `DELETE ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(registry.seen.map(({ url: path }) => path)).toEqual(paths);
  });

  it('loses hop-by-hop headers and those that Connection lists, and no client can assert its address or a proxy’s word', async () => {
    const tenancy = await fakeService(ok);
    const { url } = await gateway({ TENANCY_URL: tenancy.url, TRUSTED_PROXIES: '203.0.113.7' });
    const request = [
      'GET /v1/me/orgs HTTP/1.1',
      'Host: px0.example',
      'Connection: close, X-Secret-Hop, Authorization',
      'X-Secret-Hop: 1',
      'Keep-Alive: timeout=5',
      'TE: trailers',
      'Upgrade: websocket',
      'Proxy-Authorization: Basic abc',
      'Authorization: Bearer ak_1',
      'X-Forwarded-For: 6.6.6.6',
      'X-Real-IP: 6.6.6.6',
      'Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      'X-Other: kept',
      '',
      '',
    ];
    await exchangeBytes(url, request.join('\r\n'));
    const headers = tenancy.seen[0]?.headers ?? {};
    expect(headers).toMatchObject({
      authorization: 'Bearer ak_1',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': 'px0.example',
      'x-forwarded-proto': 'http',
      'x-other': 'kept',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
    for (const name of ['x-secret-hop', 'te', 'upgrade', 'proxy-authorization', 'x-real-ip']) {
      expect(headers).not.toHaveProperty(name);
    }
  });

  it('carries the address that a trusted proxy names', async () => {
    const tenancy = await fakeService(ok);
    const { url } = await gateway({ TENANCY_URL: tenancy.url, TRUSTED_PROXIES: 'loopback,10.0.0.0/8' });
    await fetch(`${url}/v1/me/orgs`, { headers: { 'x-forwarded-for': '6.6.6.6, 198.51.100.4, 10.1.2.3' } });
    expect(tenancy.seen[0]?.headers['x-forwarded-for']).toBe('198.51.100.4');
  });

  it('has one request id for the service, the answer and the log', async () => {
    const tenancy = await fakeService(ok);
    const { url } = await gateway({ TENANCY_URL: tenancy.url });
    const own = await fetch(`${url}/v1/me/orgs`, { headers: { 'x-request-id': 'mine-1' } });
    expect([own.headers.get('x-request-id'), tenancy.seen[0]?.headers['x-request-id']]).toEqual([
      'mine-1',
      'mine-1',
    ]);
    const made = await fetch(`${url}/v1/me/orgs`);
    expect(made.headers.get('x-request-id')).toBe(tenancy.seen[1]?.headers['x-request-id']);
  });
});

describe('a path as it was sent', () => {
  it.each([
    ['DELETE', `/v1/prompts/${TEAM}/tags/..`, 'registry'],
    ['DELETE', `/v1/prompts/${TEAM}/tags/.`, 'registry'],
    ['DELETE', `/v1/prompts/${TEAM}/tags/%2E%2e`, 'registry'],
    ['DELETE', `/v1/teams/${TEAM}/members/..`, 'tenancy'],
    ['DELETE', `/v1/teams/${TEAM}/members/../`, 'tenancy'],
    ['DELETE', `/v1/orgs/${TEAM}/members/%2e%2e`, 'tenancy'],
    ['DELETE', '/v1/api-keys/..', 'identity'],
    ['GET', '/v1/teams/../prompts', 'registry'],
    ['GET', `/v1/teams/${TEAM}/prompts/../../../orgs`, 'registry'],
    ['GET', '/v1/me/../prompts', 'tenancy'],
    ['POST', '/v1/prompts/../render', 'render'],
    ['POST', '/v1/prompts/x/versions/../render?a=/../..', 'render'],
    ['POST', '/v1/prompts/x/render/../../../orgs', 'render'],
    ['GET', '/v1/prompts/..%2f..%2forgs', 'registry'],
    ['GET', '/v1/prompts/..\\..\\orgs', 'registry'],
    ['GET', '/v1/../healthz', undefined],
    ['GET', '/v1/./health', undefined],
    ['GET', '/docs/../v1/me/orgs', undefined],
    ['GET', '/..%2fv1/me/orgs', undefined],
    ['GET', '//v1/me/orgs', undefined],
  ])('decides where the request goes, and arrives unchanged: %s %s', async (method, path, owner) => {
    const services = {
      identity: await fakeService(ok),
      tenancy: await fakeService(ok),
      registry: await fakeService(ok),
      render: await fakeService(ok),
    };
    const { url } = await gateway({
      IDENTITY_URL: services.identity.url,
      TENANCY_URL: services.tenancy.url,
      PROMPT_REGISTRY_URL: services.registry.url,
      RENDER_URL: services.render.url,
    });
    const bytes = `${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
    const answer = await exchangeBytes(url, bytes);
    const received = Object.entries(services).flatMap(([name, { seen }]) =>
      seen.map((request) => [name, request.method, request.url]),
    );
    expect(received).toEqual(owner === undefined ? [] : [[owner, method, path]]);
    expect(answer.slice(9, 12)).toBe(owner === undefined ? '404' : '200');
  });
});

describe('an answer', () => {
  it('passes through with status and headers, without those of the hop, and with security headers', async () => {
    const tenancy = await fakeService((_req, res) => {
      res.writeHead(418, {
        etag: '"7"',
        'set-cookie': ['a=1', 'b=2'],
        'px0-stale': 'true',
        'keep-alive': 'timeout=9',
      });
      res.end('short and stout');
    });
    const { url } = await gateway({ TENANCY_URL: tenancy.url });
    const response = await fetch(`${url}/v1/me/orgs`);
    expect([response.status, await response.text()]).toEqual([418, 'short and stout']);
    expect(response.headers.get('etag')).toBe('"7"');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(response.headers.get('px0-stale')).toBe('true');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.headers.get('keep-alive')).not.toBe('timeout=9');
  });

  it('streams: its first bytes arrive before the service has said the last', async () => {
    let finish: () => void = () => undefined;
    const tenancy = await fakeService((_req, res) => {
      res.write('first ');
      finish = () => res.end('last');
    });
    const { url } = await gateway({ TENANCY_URL: tenancy.url });
    const response = await fetch(`${url}/v1/me/orgs`);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe('first ');
    finish();
    expect((await reader?.read())?.value).toBe('last');
  });

  it('of 50 MiB arrives whole at a slow reader', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 'a');
    const tenancy = await fakeService((_req, res) => {
      let left = 50;
      const send = (): void => {
        while (left > 0) {
          left -= 1;
          if (!res.write(chunk)) {
            res.once('drain', send);
            return;
          }
        }
        res.end();
      };
      send();
    });
    const { url } = await gateway({ TENANCY_URL: tenancy.url });
    const response = await fetch(`${url}/v1/me/orgs`);
    let length = 0;
    for await (const part of response.body ?? []) length += part.length;
    expect(length).toBe(50 * 1024 * 1024);
  });

  it('to HEAD, and a 204 and a 304, have no body', async () => {
    const statuses: Record<string, number> = { HEAD: 200, DELETE: 204, GET: 304 };
    const tenancy = await fakeService((req, res) => {
      res
        .writeHead(statuses[req.method ?? ''] ?? 500, req.method === 'HEAD' ? { 'content-length': '5' } : {})
        .end();
    });
    const { url } = await gateway({ TENANCY_URL: tenancy.url });
    expect((await fetch(`${url}/v1/me/orgs`, { method: 'HEAD' })).headers.get('content-length')).toBe('5');
    expect((await fetch(`${url}/v1/me/teams/${TEAM}`, { method: 'DELETE' })).status).toBe(204);
    expect((await fetch(`${url}/v1/me/orgs`)).status).toBe(304);
  });

  it('that breaks off in the middle breaks off for the client, too', async () => {
    const tenancy = await fakeService((_req, res) => {
      res.writeHead(200, { 'content-length': '100' });
      res.write('only this', () => res.destroy());
    });
    const { url } = await gateway({ TENANCY_URL: tenancy.url });
    await expect(fetch(`${url}/v1/me/orgs`).then((response) => response.text())).rejects.toThrow();
  });
});

describe('revisions', () => {
  const token = (sequence: number, epoch = '1700000000000') => encodeToken({ epoch, sequence });

  it('are asked for at least as high as any service has told', async () => {
    let next = token(7);
    const registry = await fakeService((_req, res) => res.setHeader('Px0-Revision', next).end('{}'));
    const render = await fakeService(ok);
    const { url } = await gateway({ PROMPT_REGISTRY_URL: registry.url, RENDER_URL: render.url });
    const demanded = async (own?: string) => {
      const headers = own === undefined ? {} : { 'px0-min-revision': own };
      await fetch(`${url}/v1/prompts/hello/render`, { method: 'POST', headers });
      return render.seen.at(-1)?.headers['px0-min-revision'];
    };
    expect(await demanded()).toBeUndefined();
    await fetch(`${url}/v1/prompts`);
    expect(await demanded()).toBe(token(7));
    expect(await demanded(token(3))).toBe(token(7));
    expect(await demanded(token(9))).toBe(token(9));
    expect(await demanded()).toBe(token(7));
    expect(await demanded('not a token')).toBe('not a token');
    expect(await demanded('')).toBe(token(7));
    next = token(5);
    await fetch(`${url}/v1/prompts`);
    expect(await demanded()).toBe(token(7));
    next = token(1, '1800000000000');
    await fetch(`${url}/v1/prompts`);
    expect(await demanded()).toBe(next);
  });
});

describe('a required consistency', () => {
  const token = encodeToken({ epoch: '1700000000000', sequence: 7 });

  it('reaches the service together with who named the revision: the client or the gateway', async () => {
    const registry = await fakeService((_req, res) => res.setHeader('Px0-Revision', token).end('{}'));
    const { url } = await gateway({ PROMPT_REGISTRY_URL: registry.url });
    const forwarded = async (headers: Record<string, string>) => {
      await fetch(`${url}/v1/prompts`, { headers });
      const seen = registry.seen.at(-1)?.headers ?? {};
      return ['px0-consistency', 'px0-min-revision', 'px0-revision-source'].map((name) => seen[name]);
    };
    const required = { 'px0-consistency': 'require' };
    expect(await forwarded(required)).toEqual(['require', undefined, undefined]);
    expect(await forwarded(required)).toEqual(['require', token, 'gateway']);
    expect(await forwarded({ ...required, 'px0-min-revision': '' })).toEqual(['require', token, 'gateway']);
    expect(await forwarded({ ...required, 'px0-min-revision': token })).toEqual([
      'require',
      token,
      undefined,
    ]);
    expect(await forwarded({ 'px0-consistency': '' })).toEqual(['', token, undefined]);
    expect(await forwarded({})).toEqual([undefined, token, undefined]);
  });

  it('is not marked by a client in the gateway’s place', async () => {
    const registry = await fakeService(ok);
    const { url } = await gateway({ PROMPT_REGISTRY_URL: registry.url });
    const headers = {
      'px0-consistency': 'require',
      'px0-min-revision': token,
      'px0-revision-source': 'gateway',
    };
    await fetch(`${url}/v1/prompts`, { headers });
    expect(registry.seen.at(-1)?.headers).not.toHaveProperty('px0-revision-source');
  });
});

describe('an answer of the gateway itself', () => {
  const told = encodeToken({ epoch: '1700000000000', sequence: 7 });

  it('about a resource carries the highest revision that it has seen, whatever the reason for the answer', async () => {
    const tenancy = await fakeService((_req, res) => res.setHeader('Px0-Revision', told).end('{}'));
    const { url } = await gateway({ TENANCY_URL: tenancy.url, RATE_LIMIT_AUTH: '1' });
    const post = (path: string, body: string | ReadableStream) =>
      fetch(url + path, { method: 'POST', body, ...(typeof body === 'string' ? {} : { duplex: 'half' }) });
    await fetch(`${url}/v1/me/orgs`);
    const tooLarge = new Blob([new Uint8Array(5 * 1024 * 1024)]);
    await post('/v1/auth/login', '{}');
    const answers = {
      'no such path': await fetch(`${url}/v1/nothing`),
      'no such method': await post('/v1/health', '{}'),
      'over the limit': await post('/v1/auth/login', '{}'),
      'body too large': await post('/v1/orgs', tooLarge.stream()),
      'service away': await fetch(`${url}/v1/prompts`),
      health: await fetch(`${url}/v1/health`),
    };
    const seen = Object.entries(answers).map(([name, { status, headers }]) => [
      name,
      status,
      headers.get('content-type'),
      headers.get('px0-revision'),
    ]);
    const json = 'application/json; charset=utf-8';
    expect(seen).toEqual([
      ['no such path', 404, json, told],
      ['no such method', 405, json, told],
      ['over the limit', 429, json, told],
      ['body too large', 413, json, told],
      ['service away', 503, json, told],
      ['health', 200, json, told],
    ]);
  });

  it('carries it when a breaker is open, too', async () => {
    const tenancy = await fakeService((_req, res) => res.setHeader('Px0-Revision', told).end('{}'));
    const { url } = await gateway({ TENANCY_URL: tenancy.url });
    await fetch(`${url}/v1/me/orgs`);
    for (let i = 0; i < 30; i++) {
      const response = await fetch(`${url}/v1/prompts`);
      expect([response.status, response.headers.get('px0-revision')]).toEqual([503, told]);
    }
  });

  it('says none before it has seen one, nor about what is no resource of px0', async () => {
    const tenancy = await fakeService((_req, res) => res.setHeader('Px0-Revision', told).end('{}'));
    const { url } = await gateway({ TENANCY_URL: tenancy.url });
    expect((await fetch(`${url}/v1/nothing`)).headers.get('px0-revision')).toBeNull();
    await fetch(`${url}/v1/me/orgs`);
    // What a wrong base URL of a client leads to is not "gone".
    expect((await fetch(`${url}/elsewhere/v1/prompts/x`)).headers.get('px0-revision')).toBeNull();
  });

  it('does not add one to a service’s answer that has none, which may rest on an older state', async () => {
    const tenancy = await fakeService((_req, res) => res.setHeader('Px0-Revision', told).end('{}'));
    const render = await fakeService((_req, res) => res.writeHead(404).end('{"error":"not found"}'));
    const { url } = await gateway({ TENANCY_URL: tenancy.url, RENDER_URL: render.url });
    await fetch(`${url}/v1/me/orgs`);
    const response = await fetch(`${url}/v1/prompts/x/render`, { method: 'POST', body: '{}' });
    expect([response.status, response.headers.get('px0-revision')]).toEqual([404, null]);
  });
});

describe('CORS', () => {
  it('lets listed origins read the answer and its headers, and tells caches that it depends on the origin', async () => {
    const tenancy = await fakeService(ok);
    const { url } = await gateway({ TENANCY_URL: tenancy.url, CORS_ORIGINS: 'https://console.example' });
    const response = await fetch(`${url}/v1/me/orgs`, { headers: { origin: 'https://console.example' } });
    expect(response.headers.get('access-control-allow-origin')).toBe('https://console.example');
    expect(response.headers.get('access-control-allow-credentials')).toBe('true');
    const exposed = response.headers.get('access-control-expose-headers') ?? '';
    for (const name of [
      'Px0-Revision',
      'Px0-Pending',
      'Px0-Stale',
      'Px0-Contract',
      'Px0-Hint',
      'ETag',
      'Retry-After',
      'RateLimit-Remaining',
    ]) {
      expect(exposed.split(', ')).toContain(name);
    }
    expect(response.headers.get('vary')).toBe('Origin');
    const other = await fetch(`${url}/v1/me/orgs`, { headers: { origin: 'https://evil.example' } });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('answers preflights itself, also while the service is away', async () => {
    const { url } = await gateway();
    const response = await fetch(`${url}/v1/me/orgs`, {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:3001', 'access-control-request-method': 'PUT' },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('http://localhost:3001');
    expect(response.headers.get('access-control-allow-methods')).toContain('PUT');
    expect(response.headers.get('access-control-allow-headers')).toContain('Px0-Min-Revision');
  });

  it('covers refusals of the gateway, so that a page can read why', async () => {
    const { url } = await gateway({ TENANCY_URL: await deadUrl() });
    const response = await fetch(`${url}/v1/me/orgs`, { headers: { origin: 'http://localhost:3001' } });
    expect(response.status).toBe(503);
    expect(response.headers.get('access-control-allow-origin')).toBe('http://localhost:3001');
  });
});
