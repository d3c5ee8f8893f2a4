import { request, type ServerResponse } from 'node:http';
import { sendReply } from '@px0/service-kit';
import { eventually } from '@px0/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { deadUrl, exchangeBytes, fakeService, gateway, ok, rawService, stopAll } from './fixture.ts';

afterEach(stopAll);

const TEAM = '0b8c3c1e-3c5f-4c59-9d39-0f6f2b1f8d11';
const unavailable = [503, { error: 'service unavailable' }];

const verbose = z.object({
  upstreams: z.object({ tenancy: z.object({ breaker: z.string(), pending: z.number() }) }),
});

/** What `/readyz?verbose` says about tenancy. */
async function tenancyState(url: string): Promise<{ breaker: string; pending: number }> {
  return verbose.parse(await (await fetch(`${url}/readyz?verbose`)).json()).upstreams.tenancy;
}

const outcome = async (response: Response) => [response.status, await response.json()];

describe('a service that is away', () => {
  it('is a 503 with Retry-After on its own paths only', async () => {
    const tenancy = await fakeService(ok);
    const { url } = await gateway({ TENANCY_URL: tenancy.url });
    const response = await fetch(`${url}/v1/prompts`);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await outcome(response)).toEqual(unavailable);
    expect((await fetch(`${url}/v1/me/orgs`)).status).toBe(200);
  });

  it('opens its breaker, is refused, and is found again after it is back', async () => {
    const first = await fakeService(ok);
    const { url } = await gateway({ TENANCY_URL: first.url });
    await first.stop();
    const breaker = async () => (await tenancyState(url)).breaker;
    for (let i = 0; i < 20; i++) await fetch(`${url}/v1/me/orgs`);
    // Now and then it is half-open for a moment, while it tries the service.
    await expect.poll(breaker).toBe('open');
    expect(await outcome(await fetch(`${url}/v1/me/orgs`))).toEqual(unavailable);
    await fakeService(ok, first.port);
    await eventually(async () => (await fetch(`${url}/v1/me/orgs`)).status === 200);
    expect(await breaker()).toBe('closed');
  });

  it('does not open its breaker by answering, whatever it answers', async () => {
    const tenancy = await fakeService((_req, res) => res.writeHead(500).end('{"error":"internal error"}'));
    const { url } = await gateway({ TENANCY_URL: tenancy.url });
    for (let i = 0; i < 30; i++) await fetch(`${url}/v1/me/orgs`);
    expect(tenancy.seen).toHaveLength(30);
  });

  it('and hangs is a 503 after the timeout', async () => {
    const tenancy = await rawService(() => undefined);
    const { url } = await gateway({
      TENANCY_URL: tenancy.url,
      UPSTREAM_TIMEOUT_MS: '1000',
      UPSTREAM_CONNECTIONS: '2',
    });
    // Two connections for twenty requests: those that wait for a connection are answered, too.
    const hanging = Array.from({ length: 20 }, () => fetch(`${url}/v1/me/orgs`));
    for (const response of await Promise.all(hanging)) expect(await outcome(response)).toEqual(unavailable);
  });

  it('and hangs delays nobody else', async () => {
    const tenancy = await rawService(() => undefined);
    const registry = await fakeService(ok);
    const { url } = await gateway({
      TENANCY_URL: tenancy.url,
      PROMPT_REGISTRY_URL: registry.url,
      // Longer than the test may take: whoever hangs is not answered in it.
      UPSTREAM_TIMEOUT_MS: '120000',
      UPSTREAM_CONNECTIONS: '2',
    });
    const leaving = new AbortController();
    const hanging = Array.from({ length: 20 }, () => fetch(`${url}/v1/me/orgs`, { signal: leaving.signal }));
    await eventually(async () => (await tenancyState(url)).pending === 20);
    expect((await fetch(`${url}/v1/prompts`)).status).toBe(200);
    leaving.abort();
    await Promise.allSettled(hanging);
  });

  it('and works long at what may take long is waited for', async () => {
    const registry = await fakeService((_req, res) => setTimeout(() => res.writeHead(200).end('{}'), 900));
    const { url } = await gateway({ PROMPT_REGISTRY_URL: registry.url, UPSTREAM_TIMEOUT_MS: '200' });
    const init = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };
    const [imported, created] = await Promise.all([
      fetch(`${url}/v1/teams/${TEAM}/import`, init),
      fetch(`${url}/v1/teams/${TEAM}/prompts`, init),
    ]);
    expect([imported.status, created.status]).toEqual([200, 503]);
  });

  it('and says that it is at work is waited for, as for what may take long, and the interim answer stays here', async () => {
    const otherIsOver = Promise.withResolvers<void>();
    const render = await fakeService((req, res) => {
      if (!req.url?.includes('heavy')) return;
      res.writeProcessing();
      void otherIsOver.promise.then(() => res.writeHead(200).end('{}'));
    });
    const { port, url } = await gateway({ RENDER_URL: render.url, RENDER_TIMEOUT_MS: '2000' });
    const statuses: number[] = [];
    const post = (slug: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const sent = request({ port, method: 'POST', path: `/v1/prompts/${slug}/render` });
        sent.on('information', ({ statusCode }) => statuses.push(statusCode));
        sent.on('response', (response) => resolve(response.resume().statusCode));
        sent.on('error', reject);
        sent.end();
      });
    const heavy = post('heavy');
    expect(await post('other')).toBe(503);
    otherIsOver.resolve();
    expect(await heavy).toBe(200);
    expect(statuses).toEqual([]);
    // It is still waited for no longer than that.
    const hanging = await rawService((_req, res) => res.writeProcessing());
    const short = await gateway({
      RENDER_URL: hanging.url,
      RENDER_TIMEOUT_MS: '100',
      LONG_TIMEOUT_MS: '200',
    });
    const answer = await fetch(`${short.url}/v1/prompts/heavy/render`, { method: 'POST' });
    expect(answer.status).toBe(503);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('has bounded waiting: what exceeds it is refused at once', async () => {
    const tenancy = await rawService(() => undefined);
    const { url } = await gateway({
      TENANCY_URL: tenancy.url,
      UPSTREAM_PENDING_LIMIT: '3',
      // Longer than the test may take: whoever waits is not answered in it.
      UPSTREAM_TIMEOUT_MS: '120000',
    });
    const leaving = new AbortController();
    let refused = 0;
    const requests = Array.from({ length: 6 }, async () => {
      const response = await fetch(`${url}/v1/me/orgs`, { signal: leaving.signal });
      expect(await outcome(response)).toEqual(unavailable);
      refused += 1;
    });
    await eventually(() => refused === 3);
    leaving.abort();
    await Promise.allSettled(requests);
    expect(refused).toBe(3);
  });
});

describe('with two replicas', () => {
  it('requests are spread', async () => {
    const [one, two] = await Promise.all([fakeService(ok), fakeService(ok)]);
    const { url } = await gateway({ RENDER_URL: `${one.url},${two.url}` });
    for (let i = 0; i < 10; i++) await fetch(`${url}/v1/prompts/hello/render`, { method: 'POST' });
    expect([one.seen.length, two.seen.length]).toEqual([5, 5]);
  });

  it('one that is down is not felt, by any method', async () => {
    const alive = await fakeService(ok);
    const { url } = await gateway({ TENANCY_URL: `${await deadUrl()},${alive.url}` });
    for (let i = 0; i < 10; i++) {
      const init = { method: 'POST', body: '{"name":"x"}', headers: { 'content-type': 'application/json' } };
      expect((await fetch(`${url}/v1/orgs`, init)).status).toBe(200);
    }
    expect(alive.seen.map(({ body }) => body)).toEqual(Array.from({ length: 10 }, () => '{"name":"x"}'));
  });

  it('a render and a read whose connection breaks are sent to the other, once', async () => {
    const breaking = await rawService((req) => req.socket.destroy());
    const alive = await fakeService(ok);
    const both = `${breaking.url},${alive.url}`;
    const { url } = await gateway({ RENDER_URL: both, TENANCY_URL: both });
    const init = {
      method: 'POST',
      body: '{"variables":{}}',
      headers: { 'content-type': 'application/json' },
    };
    for (let i = 0; i < 4; i++) {
      expect((await fetch(`${url}/v1/prompts/hello/render`, init)).status).toBe(200);
      expect((await fetch(`${url}/v1/me/orgs`)).status).toBe(200);
    }
    expect(alive.seen.filter(({ method, body }) => method === 'POST' && body === init.body)).toHaveLength(4);
  });

  it('a write whose connection breaks is not sent again: it may have happened', async () => {
    let received = 0;
    const breaking = () =>
      rawService((req) => {
        received += 1;
        req.socket.destroy();
      });
    const [one, two] = await Promise.all([breaking(), breaking()]);
    const { url } = await gateway({ TENANCY_URL: `${one.url},${two.url}` });
    const response = await fetch(`${url}/v1/orgs`, { method: 'POST', body: '{"name":"x"}' });
    expect(await outcome(response)).toEqual(unavailable);
    expect(received).toBe(1);
  });

  it('a read that no replica answers is tried twice, not for ever', async () => {
    let received = 0;
    const breaking = await rawService((req) => {
      received += 1;
      req.socket.destroy();
    });
    const { url } = await gateway({ TENANCY_URL: breaking.url });
    expect((await fetch(`${url}/v1/me/orgs`)).status).toBe(503);
    expect(received).toBe(2);
  });
});

describe('a client that leaves', () => {
  it('ends the request at the service', async () => {
    const arrived = Promise.withResolvers<void>();
    const left = Promise.withResolvers<void>();
    const tenancy = await rawService((_req, res) => {
      arrived.resolve();
      res.on('close', () => left.resolve());
    });
    const { url } = await gateway({ TENANCY_URL: tenancy.url });
    const abort = new AbortController();
    const call = fetch(`${url}/v1/me/orgs`, { signal: abort.signal });
    await arrived.promise;
    abort.abort();
    await expect(call).rejects.toThrow();
    await left.promise;
    await eventually(async () => (await tenancyState(url)).pending === 0);
    expect((await tenancyState(url)).breaker).toBe('closed');
  });

  it('in the middle of its body costs no upstream connection', async () => {
    const tenancy = await fakeService(ok);
    const { url } = await gateway({ TENANCY_URL: tenancy.url });
    const req = request(`${url}/v1/orgs`, { method: 'POST', headers: { 'content-length': '100' } });
    req.on('error', () => undefined);
    await new Promise((resolve) => req.write('{', resolve));
    req.destroy();
    await new Promise((resolve) => req.once('close', resolve));
    expect((await fetch(`${url}/v1/me/orgs`)).status).toBe(200);
    expect(tenancy.seen).toHaveLength(1);
  });
});

describe('a body', () => {
  it('over 4 MiB without declared length is a 413', async () => {
    const registry = await rawService((req, res) => {
      req.on('data', () => undefined).on('end', () => res.end('{}'));
    });
    const { url } = await gateway({ PROMPT_REGISTRY_URL: registry.url });
    const body = new Blob([new Uint8Array(6 * 1024 * 1024)]).stream();
    const response = await fetch(`${url}/v1/prompts/${TEAM}/versions`, {
      method: 'POST',
      body,
      duplex: 'half',
    });
    expect(await outcome(response)).toEqual([413, { error: 'request body too large' }]);
  });

  it('that the service refuses before reading it leaves the service’s answer readable', async () => {
    const registry = await rawService((req, res) => {
      sendReply(req, res, { status: 401, body: { error: 'unauthorized' }, headers: {} });
    });
    const { url } = await gateway({ PROMPT_REGISTRY_URL: registry.url });
    const body = 'x'.repeat(5 * 1024 * 1024);
    for (let i = 0; i < 5; i++) {
      const response = await fetch(`${url}/v1/prompts/${TEAM}/versions`, { method: 'POST', body });
      expect(await outcome(response)).toEqual([401, { error: 'unauthorized' }]);
    }
  });
});

describe('broken HTTP', () => {
  it.each([
    [
      'two lengths',
      'POST /v1/orgs HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!',
    ],
    [
      'a length and chunks',
      'POST /v1/orgs HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a length that is no number', 'POST /v1/orgs HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello'],
    [
      'an unknown transfer coding',
      'POST /v1/orgs HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
    ],
    ['a space before the colon', 'POST /v1/orgs HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\nhello'],
    ['bare line feeds', 'POST /v1/orgs HTTP/1.1\nHost: x\nContent-Length: 5\n\nhello'],
    ['no host', 'GET /v1/me/orgs HTTP/1.1\r\n\r\n'],
    ['no HTTP at all', '\u0016\u0003\u0001\u0002\u0000'],
  ])('with %s is refused and never reaches a service', async (_case, bytes) => {
    const tenancy = await fakeService(ok);
    const { url } = await gateway({ TENANCY_URL: tenancy.url });
    const answer = await exchangeBytes(url, bytes, /\}$/);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(tenancy.seen).toHaveLength(0);
  });

  it('of headers beyond 16 KiB is a 431', async () => {
    const { url } = await gateway();
    const answer = await exchangeBytes(
      url,
      `GET /v1/health HTTP/1.1\r\nHost: x\r\nX-Big: ${'a'.repeat(20_000)}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('of strange but legal targets is a 404, never a 5xx', async () => {
    const tenancy = await fakeService(ok);
    const { url } = await gateway({ TENANCY_URL: tenancy.url });
    for (const target of [
      '/v1/',
      '/v1//',
      '//v1/health',
      '/v1/me/%ff%fe',
      'http://evil/nothing',
      '/v1/%00',
      '*',
    ]) {
      const answer = await exchangeBytes(
        url,
        `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      expect(answer.slice(0, 12), target).toMatch(/^HTTP\/1\.1 (200|404)/);
    }
  });
});

describe('shutting down', () => {
  it('lets a request in flight finish, on a connection that then closes', async () => {
    const arrived = Promise.withResolvers<ServerResponse>();
    const tenancy = await rawService((_req, res) => arrived.resolve(res));
    const server = await gateway({ TENANCY_URL: tenancy.url, SHUTDOWN_TIMEOUT_MS: '120000' });
    const call = fetch(`${server.url}/v1/me/orgs`);
    const answer = await arrived.promise;
    const closed = server.close();
    // It takes no new connections any more.
    await expect.poll(() => server.server.listening).toBe(false);
    answer.end('{}');
    expect((await call).status).toBe(200);
    await closed;
    await expect(fetch(`${server.url}/v1/health`)).rejects.toThrow();
  });
});
