import type { RequestListener, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type FakeService, fakeService, gateway, ok, rawService, stopAll } from './fixture.ts';

afterEach(stopAll);

const PATH = '/v1/delivery/stream';
const SNAPSHOT = '/v1/delivery/snapshot';

/** A render process whose streams the test writes. */
async function streaming(owner?: string) {
  const answers: ServerResponse[] = [];
  const service = await fakeService((req, res) => {
    if (req.url?.startsWith(PATH) !== true) {
      ok(req, res);
      return;
    }
    const of = owner === undefined ? {} : { 'x-px0-stream-owner': owner };
    res.writeHead(200, { 'content-type': 'text/event-stream', 'px0-revision': 'cmV2', ...of });
    res.write('event: hello\n\n');
    answers.push(res);
  });
  return { ...service, answers };
}

/** An open stream: its answer, and its text so far. */
async function open(url: string, headers: Record<string, string> = {}) {
  const leave = new AbortController();
  const response = await fetch(url + PATH, { headers, signal: leave.signal });
  const seen = { text: '', isOver: false };
  const reading = (async () => {
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) seen.text += piece;
    seen.isOver = true;
  })().catch(() => {
    seen.isOver = true;
  });
  return { status: response.status, headers: response.headers, seen, reading, leave: () => leave.abort() };
}

const shows = (stream: { seen: { text: string } }, text: string) =>
  expect.poll(() => stream.seen.text).toContain(text);

describe('a stream through the gateway', () => {
  it('arrives piece by piece, and ends where it ends', async () => {
    const render = await streaming('org-1');
    const { url } = await gateway({ RENDER_URL: render.url });
    const stream = await open(url);
    await shows(stream, 'hello');
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    expect(stream.headers.get('x-px0-stream-owner')).toBeNull();
    render.answers[0]?.write('event: mark\n\n');
    await shows(stream, 'mark');
    stream.leave();
    await expect.poll(() => render.answers[0]?.destroyed).toBe(true);
    const other = await open(url);
    await shows(other, 'hello');
    render.answers[1]?.end('event: end\n\n');
    await other.reading;
    expect(other.seen.text).toBe('event: hello\n\nevent: end\n\n');
  });

  it('takes no connection from other requests, and no place among those that wait', async () => {
    const render = await streaming();
    const { url } = await gateway({
      RENDER_URL: render.url,
      UPSTREAM_CONNECTIONS: '2',
      UPSTREAM_PENDING_LIMIT: '2',
    });
    const streams = await Promise.all(Array.from({ length: 6 }, () => open(url)));
    expect(streams.map(({ status }) => status)).toEqual(Array(6).fill(200));
    const answer = await fetch(`${url}/v1/prompts/hello/render`, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(200);
    for (const stream of streams) stream.leave();
  });

  it('does so no less when it is a snapshot that nobody reads', async () => {
    const render = await fakeService((req, res) => {
      if (req.url !== SNAPSHOT) ok(req, res);
      else {
        res.writeHead(200, { 'content-type': 'application/x-ndjson', 'x-px0-stream-owner': 'org-1' });
        res.end(Buffer.alloc(32 * 1024 * 1024, 'x'));
      }
    });
    const { url } = await gateway({
      RENDER_URL: render.url,
      UPSTREAM_CONNECTIONS: '2',
      UPSTREAM_PENDING_LIMIT: '12',
    });
    const leave = new AbortController();
    const snapshot = () => fetch(url + SNAPSHOT, { signal: leave.signal });
    const snapshots = await Promise.all([snapshot(), snapshot(), snapshot()]);
    expect(snapshots.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(snapshots.map(({ headers }) => headers.get('x-px0-stream-owner'))).toEqual([null, null, null]);
    const answer = await fetch(`${url}/v1/prompts/hello/render`, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(200);
    // The owner has a quarter of all places, and one that leaves makes room.
    const refused = await snapshot();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    await snapshots[0]?.body?.cancel();
    await expect.poll(async () => (await snapshot()).status).toBe(200);
    leave.abort();
  });

  it('goes to the replica with the fewest', async () => {
    const [one, two] = [await streaming(), await streaming()];
    const { url } = await gateway({ RENDER_URL: `${one.url},${two.url}` });
    const streams = [];
    for (let i = 0; i < 6; i += 1) streams.push(await open(url));
    expect([one.answers.length, two.answers.length]).toEqual([3, 3]);
    for (const stream of streams) stream.leave();
  });

  it('may go to render processes of its own', async () => {
    const [render, delivery] = [await streaming(), await streaming()];
    const { url } = await gateway({ RENDER_URL: render.url, DELIVERY_URL: delivery.url });
    const stream = await open(url);
    await fetch(`${url}/v1/delivery/snapshot`);
    await fetch(`${url}/v1/delivery/nothing`);
    await fetch(`${url}/v1/prompts/hello/render`, { method: 'POST', body: '{}' });
    const paths = ({ seen }: FakeService) => seen.map((request) => request.url);
    expect(paths(delivery)).toEqual([PATH, '/v1/delivery/snapshot', '/v1/delivery/nothing']);
    expect(paths(render)).toEqual(['/v1/prompts/hello/render']);
    stream.leave();
  });

  it('carries the client’s own revision, never the latest that the gateway has seen', async () => {
    const token = (sequence: number) => Buffer.from(`1:1:${sequence}`).toString('base64url');
    const withRevision: RequestListener = (req, res) => {
      res.setHeader('px0-revision', token(9));
      ok(req, res);
    };
    const render = await fakeService(withRevision);
    const { url } = await gateway({ RENDER_URL: render.url });
    const ask = async (path: string, headers: Record<string, string>) => {
      await (await fetch(url + path, { headers })).text();
      const sent = render.seen.at(-1)?.headers;
      return [sent?.['px0-min-revision'], sent?.['px0-revision-source'], sent?.['last-event-id']];
    };
    await ask('/v1/delivery/snapshot', {});
    expect(await ask(PATH, {})).toEqual([undefined, undefined, undefined]);
    expect(await ask(PATH, { 'px0-min-revision': token(3), 'last-event-id': token(3) })).toEqual([
      token(3),
      undefined,
      token(3),
    ]);
    expect(await ask('/v1/delivery/nothing', { 'px0-consistency': 'require' })).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is refused when there are too many, and has a place again when one has left', async () => {
    const render = await streaming();
    const { url } = await gateway({ RENDER_URL: render.url, GATEWAY_STREAMS: '2' });
    const streams = [await open(url), await open(url)];
    const refused = await fetch(url + PATH);
    expect([refused.status, refused.headers.get('retry-after'), await refused.text()]).toEqual([
      503,
      '5',
      '{"error":"service unavailable"}',
    ]);
    streams[0]?.leave();
    await expect.poll(async () => (await open(url)).status).toBe(200);
  });

  it('is refused to an organization whose keys have a quarter of all', async () => {
    const [acme, other] = [await streaming('org-1'), await streaming('org-2')];
    const both = await rawService((req, res) => {
      const service = req.headers.authorization === 'Bearer a' ? acme : other;
      service.server.emit('request', req, res);
    });
    const { url } = await gateway({ RENDER_URL: both.url, GATEWAY_STREAMS: '8' });
    const ofAcme = { authorization: 'Bearer a' };
    const streams = [await open(url, ofAcme), await open(url, ofAcme)];
    const refused = await fetch(url + PATH, { headers: ofAcme });
    expect([refused.status, refused.headers.get('retry-after'), await refused.text()]).toEqual([
      429,
      '30',
      '{"error":"too many streams"}',
    ]);
    streams.push(await open(url, { authorization: 'Bearer b' }));
    expect(streams.map(({ status }) => status)).toEqual([200, 200, 200]);
    streams[0]?.leave();
    await expect.poll(async () => (await open(url, ofAcme)).status).toBe(200);
  });

  it('that has not been answered yet is counted, of an organization that is known by its credential', async () => {
    const held: ServerResponse[] = [];
    let isHolding = false;
    const render = await rawService((req, res) => {
      const isAcme = req.headers.authorization === 'Bearer a';
      if (isAcme && isHolding) {
        held.push(res);
        return;
      }
      res.writeHead(200, {
        'content-type': 'text/event-stream',
        'x-px0-stream-owner': isAcme ? 'org-1' : 'org-2',
      });
      res.write('event: hello\n\n');
    });
    const { url } = await gateway({ RENDER_URL: render.url, GATEWAY_STREAMS: '8' });
    const ofAcme = { authorization: 'Bearer a' };
    await shows(await open(url, ofAcme), 'hello');
    isHolding = true;
    const statuses: number[] = [];
    for (let i = 0; i < 20; i += 1)
      void fetch(url + PATH, { headers: ofAcme }).then(
        ({ status }) => statuses.push(status),
        () => undefined,
      );
    await expect.poll(() => statuses.length).toBe(18);
    expect([new Set(statuses), held.length]).toEqual([new Set([429]), 2]);
    const others = [];
    for (let i = 0; i < 2; i += 1) others.push(await open(url, { authorization: 'Bearer b' }));
    expect(others.map(({ status }) => status)).toEqual([200, 200]);
    // One that is answered has its place among the streams, and leaves the one that it had.
    held[0]?.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"unauthorized"}');
    await expect.poll(() => statuses.at(-1)).toBe(401);
    void fetch(url + PATH, { headers: ofAcme }).catch(() => undefined);
    await expect.poll(() => held.length).toBe(3);
  });

  it('is asked of another replica when the one with the fewest takes none', async () => {
    const stopping = await fakeService((_req, res) => {
      res
        .writeHead(503, { 'content-type': 'application/json', 'retry-after': '3' })
        .end('{"error":"service unavailable"}');
    });
    const other = await streaming('org-1');
    const { url } = await gateway({ RENDER_URL: `${stopping.url},${other.url}` });
    const streams = [];
    for (let i = 0; i < 4; i += 1) streams.push(await open(url));
    expect(streams.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(stopping.seen.length).toBeGreaterThan(0);
    const none = await gateway({
      RENDER_URL: `${stopping.url},${stopping.url.replace('127.0.0.1', 'localhost')}`,
    });
    const refused = await fetch(none.url + PATH);
    expect([refused.status, refused.headers.get('retry-after'), await refused.text()]).toEqual([
      503,
      '3',
      '{"error":"service unavailable"}',
    ]);
  });

  it('that was not answered when the gateway stopped is a 503', async () => {
    const seen: string[] = [];
    const render = await rawService((req) => {
      seen.push(req.url ?? '');
    });
    const server = await gateway({
      RENDER_URL: render.url,
      SHUTDOWN_TIMEOUT_MS: '10000',
      DRAIN_DELAY_MS: '50',
    });
    const asked = fetch(server.url + PATH);
    await expect.poll(() => seen.length).toBe(1);
    await server.close();
    const answer = await asked;
    expect([answer.status, await answer.text()]).toEqual([503, '{"error":"service unavailable"}']);
  });

  it('ends in good order when the gateway stops', async () => {
    const render = await streaming();
    const server = await gateway({
      RENDER_URL: render.url,
      SHUTDOWN_TIMEOUT_MS: '10000',
      DRAIN_DELAY_MS: '50',
    });
    const streams = await Promise.all(Array.from({ length: 5 }, () => open(server.url)));
    await Promise.all(streams.map((stream) => shows(stream, 'hello')));
    await server.close();
    await Promise.all(streams.map(({ reading }) => reading));
    await expect.poll(() => render.answers.every(({ destroyed }) => destroyed)).toBe(true);
  });

  it('is 503, and no empty answer, when the gateway stops before it has begun', async () => {
    const asked: ServerResponse[] = [];
    const render = await rawService((_req, res) => void asked.push(res));
    const server = await gateway({
      RENDER_URL: render.url,
      RENDER_TIMEOUT_MS: '20000',
      SHUTDOWN_TIMEOUT_MS: '10000',
      DRAIN_DELAY_MS: '50',
    });
    const answer = fetch(server.url + PATH);
    await expect.poll(() => asked.length).toBe(1);
    const closed = server.close();
    const { status, headers } = await answer;
    expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    await closed;
  });

  it('that a replica refuses is answered as the replica does, and one that no replica takes is 503', async () => {
    const render = await fakeService((_req, res) => {
      res.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"unauthorized"}');
    });
    const { url } = await gateway({ RENDER_URL: render.url, GATEWAY_STREAMS: '1' });
    for (let i = 0; i < 3; i += 1) expect((await fetch(url + PATH)).status).toBe(401);
    const none = await gateway({ GATEWAY_STREAMS: '1' });
    for (let i = 0; i < 3; i += 1) {
      const answer = await fetch(none.url + PATH);
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    }
  });
});
