// Usage reports on their way: below deliveries by their path, and requests like any other.

import { request } from 'node:http';
import { usageLimits } from '@px0/contracts';
import { afterEach, expect, it } from 'vitest';
import { fakeService, gateway, ok, rawService, stopAll } from './fixture.ts';

afterEach(stopAll);

const PATH = '/v1/delivery/usage';

const post = (url: string, body: string, headers: Record<string, string> = {}) =>
  fetch(url + PATH, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });

it('go to the processes of deliveries with their own revision, as one point of a render', async () => {
  const [render, delivery] = [await fakeService(ok), await fakeService(ok)];
  const { url } = await gateway({
    RENDER_URL: render.url,
    DELIVERY_URL: delivery.url,
    RATE_LIMIT_RENDER: '2',
    RATE_LIMIT_WRITE: '1',
  });
  const asked = { authorization: 'Bearer px0_1', 'px0-min-revision': 'MToxOjM' };
  const answers = [];
  for (let i = 0; i < 3; i += 1) answers.push((await post(url, '{"reports":[]}', asked)).status);
  expect(answers).toEqual([200, 200, 429]);
  expect(render.seen).toEqual([]);
  expect(delivery.seen.map(({ url, body }) => [url, body])).toEqual(Array(2).fill([PATH, '{"reports":[]}']));
  expect(delivery.seen[0]?.headers).toMatchObject(asked);
});

it('take no place of a snapshot', async () => {
  const snapshots = await fakeService((req, res) => {
    if (req.method === 'POST') ok(req, res);
    else res.writeHead(200, { 'content-type': 'application/x-ndjson' }).write('{}\n');
  });
  const { url } = await gateway({ RENDER_URL: snapshots.url, UPSTREAM_PENDING_LIMIT: '1' });
  const leave = new AbortController();
  const open = () => fetch(`${url}/v1/delivery/snapshot`, { signal: leave.signal });
  expect((await open()).status).toBe(200);
  expect((await open()).status).toBe(503);
  expect((await post(url, '{"reports":[]}')).status).toBe(200);
  leave.abort();
});

it('are sent to another process when the first one dies with them', async () => {
  const dying = await rawService((req) => req.socket.destroy());
  const delivery = await fakeService(ok);
  const { url } = await gateway({ RENDER_URL: `${dying.url},${delivery.url}` });
  const answers = [await post(url, '{}'), await post(url, '{}')];
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(delivery.seen).toHaveLength(2);
});

it('over a mebibyte without a declared length are a 413', async () => {
  const render = await fakeService(ok);
  const { url } = await gateway({ RENDER_URL: render.url });
  const send = (bytes: number) =>
    new Promise<number | undefined>((resolve, reject) => {
      const sent = request(url + PATH, { method: 'POST', headers: { 'content-type': 'application/json' } });
      sent.once('response', (res) => {
        resolve(res.statusCode);
        res.resume();
      });
      sent.once('error', reject);
      sent.write(Buffer.alloc(bytes / 2, ' '));
      sent.end(Buffer.alloc(bytes / 2, ' '));
    });
  expect(await send(usageLimits.bodyBytes)).toBe(200);
  expect(await send(usageLimits.bodyBytes + 2)).toBe(413);
});
