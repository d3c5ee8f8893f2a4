import { rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { join } from 'node:path';
import { constants, createGzip, gzipSync } from 'node:zlib';
import { asEvent, asLine, type DeliveredPrompt, type Frame } from '@px0/delivery';
import { eventually, temporaryFolder } from '@px0/testing';
import { describe, expect, it } from 'vitest';
import type { Client } from '../../src/client.ts';
import { NotFoundError, Px0, type Px0Options, UnreachableError, type Variables } from '../../src/mod.ts';
import { type PlayedPx0, token } from '../played-px0.ts';
import { A, cleanups, fed, prompt, transfer } from './fed.ts';

describe('a version by number that is not held', () => {
  it('is rendered by px0, and from then on here', async () => {
    const { client, px0 } = await fed();
    px0.prompts = { greeting: { version: 7, template: 'Old {{.name}}' } };
    const first = await client.render('greeting', { name: 'Ada' }, { version: 7 });
    expect(first).toMatchObject({ text: 'Old Ada', source: 'live', promptId: 'p1', teamId: A });
    const again = await eventually(async () => {
      const result = await client.render('greeting', { name: 'Grace' }, { version: 7 });
      return result.source === 'fetched' && result;
    });
    expect(again).toMatchObject({
      text: 'Old Grace',
      version: 7,
      tags: [],
      stale: false,
      promptId: 'p1',
      teamId: A,
    });
    const { renders } = px0;
    await client.render('greeting', { name: 'Grace' }, { version: 7 });
    expect(px0.renders).toBe(renders);
  });

  it('is judged by the policy that its prompt has now', async () => {
    const { client, px0, local } = await fed();
    const schema = { type: 'object', properties: { name: { type: 'string' } } } as const;
    const old = { version: 7, template: 'Old {{.name}}', schema };
    px0.prompts = { greeting: old };
    const render = (variables: Variables) => client.render('greeting', variables, { version: 7 });
    await eventually(async () => (await render({ name: 'Ada' })).source === 'fetched');
    expect(await render({ name: 7 })).toMatchObject({ source: 'fetched', text: 'Old 7', contract: null });
    local.feed(transfer(11, prompt(2, 'Hello', { contract: 'warn' })));
    const contract = { missing: [], unknown: [], invalid: [{ path: 'name', must: 'be a string' }] };
    expect(await render({ name: 7 })).toMatchObject({ source: 'fetched', text: 'Old 7', contract });
    local.feed(transfer(12, prompt(3, 'Hello', { contract: 'enforce' })));
    px0.prompts = { greeting: { ...old, contract: 'enforce' } };
    await expect(render({ name: 7 })).rejects.toThrow('invalid variables: name must be a string');
    expect(await render({ name: 'Ada' })).toMatchObject({ source: 'fetched', contract: null });
  });

  it('is forgotten with its prompt', async () => {
    const { client, px0, local } = await fed();
    px0.prompts = { greeting: { version: 7, template: 'Old' } };
    await eventually(async () => (await client.render('greeting', {}, { version: 7 })).source === 'fetched');
    local.feed(transfer(11));
    await expect(client.render('greeting', {}, { version: 7 })).rejects.toThrow(NotFoundError);
    local.feed(transfer(12, prompt(1, 'Another', { id: 'p2' })));
    px0.prompts = { greeting: { version: 7, template: 'Another old one' } };
    expect(await client.render('greeting', {}, { version: 7 })).toMatchObject({ text: 'Another old one' });
  });

  it('is of the prompt that the slug means now, though another one had it before', async () => {
    const first = prompt(1, 'One');
    const second = prompt(2, 'Two', { id: 'p2', created_at: '2026-02-01T00:00:00Z' });
    const { client, px0, local } = await fed({}, transfer(10, first, second));
    px0.prompts = { greeting: { version: 7, template: 'Of the first', promptId: 'p1' } };
    await eventually(async () => (await client.render('greeting', {}, { version: 7 })).source === 'fetched');
    local.feed(transfer(11, prompt(3, 'One', { status: 'archived' }), second));
    px0.prompts = { greeting: { version: 7, template: 'Of the second', promptId: 'p2' } };
    expect(await client.render('greeting', {}, { version: 7 })).toMatchObject({
      text: 'Of the second',
      promptId: 'p2',
    });
    const again = await eventually(async () => {
      const result = await client.render('greeting', {}, { version: 7 });
      return result.source === 'fetched' && result;
    });
    expect(again).toMatchObject({ text: 'Of the second', promptId: 'p2' });
  });

  it('is no longer rendered than what is held, and not at all when its prompt is gone', async () => {
    const { client, px0, clock, local } = await fed({ maxStaleMs: 100_000, fallbacks: { greeting: 'Bye' } });
    px0.prompts = { greeting: { version: 7, template: 'Old' } };
    await eventually(async () => (await client.render('greeting', {}, { version: 7 })).source === 'fetched');
    px0.fault = 'reset';
    await clock.advanceTo(100_001);
    expect(await client.render('greeting', {}, { version: 7 })).toMatchObject({ source: 'fallback' });
    local.feed(transfer(11));
    await clock.advanceTo(clock.elapsed + 90_000);
    expect(await client.render('greeting', {}, { version: 7 })).toMatchObject({ source: 'fallback' });
  });

  it('is rendered by the next process, too, unless another prompt has the slug by then', async () => {
    const folder = await temporaryFolder('sdk-fetched');
    cleanups.push(() => rm(folder, { recursive: true }));
    const stateFile = join(folder, 'state.ndjson');
    const first = await fed({ stateFile });
    first.px0.prompts = { greeting: { version: 7, template: 'Old' } };
    await eventually(
      async () => (await first.client.render('greeting', {}, { version: 7 })).source === 'fetched',
    );
    await first.client.close();
    const { host } = first.px0;
    const next = await fed({ stateFile, host, remoteWhenNeeded: false });
    await next.local.loaded();
    expect(await next.client.render('greeting', {}, { version: 7 })).toMatchObject({
      text: 'Old',
      source: 'fetched',
    });
    next.local.feed(transfer(11, prompt(1, 'Another', { id: 'p2' })));
    await expect(next.client.render('greeting', {}, { version: 7 })).rejects.toThrow(UnreachableError);
  });

  it('of a draft is never kept', async () => {
    const { client, px0 } = await fed();
    px0.prompts = { greeting: { version: 7, template: 'Draft', status: 'draft' } };
    await client.render('greeting', {}, { version: 7 });
    await eventually(() => px0.seen.some(({ method }) => method === 'GET'));
    expect(await client.render('greeting', {}, { version: 7 })).toMatchObject({ source: 'live' });
  });

  it('is not asked for when px0 must not be', async () => {
    const { client, px0 } = await fed({ remoteWhenNeeded: false });
    await expect(client.render('greeting', {}, { version: 7 })).rejects.toThrow(
      /is not asked: the version is not/,
    );
    const result = await client.render('greeting', {}, { version: 7, fallback: 'Bye' });
    expect(result).toMatchObject({
      text: 'Bye',
      source: 'fallback',
      promptId: null,
      cause: expect.any(UnreachableError),
    });
    expect(px0.seen).toEqual([]);
  });
});

describe('what cannot be run here', () => {
  it.each([
    ['is too large to be delivered', { template: null, missing: 'too_large', language: 1 }],
    ['needs a later language', { template: '{{later}}', language: 2 }],
    ['has a function of a later px0', { template: '{{later .}}', language: 1 }],
    [
      'has an outline of a later px0',
      { template: 'x', outline: [{ role: 'user', novelty: 1 }], language: 1 },
    ],
    ['has sources of a later px0', { template: 'x', sources: [{ novelty: 1 }], language: 1 }],
  ])('%s is rendered by px0', async (_why, version) => {
    const versions = [{ version: 1, status: 'live', ...version }] as unknown as DeliveredPrompt['versions'];
    const { client, px0 } = await fed({}, transfer(10, prompt(1, '', { versions })));
    px0.prompts = { greeting: { version: 1, template: 'By px0' } };
    expect(await client.render('greeting')).toMatchObject({ text: 'By px0', source: 'live', promptId: 'p1' });
  });
});

describe('what px0 does not confirm', () => {
  it('is rendered as stale, and beyond maxStaleMs not at all', async () => {
    const { client, px0, clock } = await fed({ maxStaleMs: 100_000, fallbacks: { greeting: 'Bye' } });
    px0.fault = 'reset';
    await clock.advanceTo(100_000);
    expect(await client.render('greeting', { name: 'Ada' })).toMatchObject({
      text: 'Hello Ada',
      stale: true,
      ageMs: 100_000,
    });
    await clock.advanceTo(100_001);
    expect(await client.render('greeting', { name: 'Ada' })).toMatchObject({
      text: 'Bye',
      source: 'fallback',
    });
    px0.fault = undefined;
    expect(await client.render('greeting', { name: 'Ada' })).toMatchObject({
      text: 'Hello Ada',
      source: 'live',
    });
  });
});

describe('a listener', () => {
  it('that fails, at once or later, is a warning', async () => {
    const warnings: string[] = [];
    const { client, local } = await fed({ onWarning: (message) => warnings.push(message) });
    const told: string[] = [];
    client.on('change', 'greeting', async ({ kind }) => {
      told.push(kind);
      throw new Error('mine');
    });
    client.on('change', '*', () => {
      throw Object.create(null);
    });
    client.on('change', 'greeting', ({ kind }) => told.push(kind));
    client.on('status', async () => {
      throw new Error('of states');
    });
    local.feed(transfer(11, prompt(2, 'Two')));
    await client.close();
    await eventually(() => warnings.length === 3);
    expect(told).toEqual(['live', 'live']);
    expect(warnings.toSorted()).toEqual([
      'A listener of changes failed: mine',
      'A listener of changes failed: unknown error',
      'A listener of the status failed: of states',
    ]);
  });
});

async function promote(client: Client, px0: PlayedPx0): Promise<void> {
  px0.revision = token('1', 12);
  px0.always = { status: 200, body: {} };
  await client.fetch(`${client.host}/v1/prompts/p1/versions/2/promote`, { method: 'POST' });
  px0.always = undefined;
}

describe('a write of this client', () => {
  it('is waited for, and rendered by px0 when it does not come', async () => {
    const { client, px0, local } = await fed();
    await promote(client, px0);
    px0.prompts = { greeting: { version: 2, template: 'Two' } };
    expect(await client.render('greeting')).toMatchObject({ text: 'Two', source: 'live' });
    const rendering = client.render('greeting');
    local.feed(transfer(12, prompt(2, 'Two here')));
    expect(await rendering).toMatchObject({ text: 'Two here', source: 'stream' });
  });

  it('is less than what is held, while px0 is away', async () => {
    const { client, px0 } = await fed();
    await promote(client, px0);
    px0.fault = 'reset';
    const result = await client.render('greeting', { name: 'Ada' }, { fallback: 'Bye' });
    expect(result).toMatchObject({ text: 'Hello Ada', stale: true, cause: expect.any(UnreachableError) });
  });

  it('is none that px0 has refused', async () => {
    const { client, px0 } = await fed();
    px0.revision = token('1', 12);
    px0.always = { status: 409, body: { error: 'a version has changed meanwhile' } };
    await client.fetch(`${client.host}/v1/prompts/p1/versions/2/promote`, { method: 'POST' });
    expect(await client.render('greeting', { name: 'Ada' })).toMatchObject({ source: 'stream' });
  });

  it('is none of a read or a render', async () => {
    const { client, px0 } = await fed();
    px0.revision = token('1', 12);
    await client.fetch(`${client.host}/v1/prompts/greeting`);
    await client.fetch(`${client.host}/v1/prompts/greeting/render`, {
      method: 'POST',
      body: '{"variables":{"name":"x"}}',
    });
    expect(await client.render('greeting', { name: 'Ada' })).toMatchObject({ source: 'stream' });
  });
});

async function serve(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}`;
}

function connected(host: string, options: Px0Options = {}): Px0 {
  // A paused machine must not look like a px0 that does not answer.
  const limits = { initTimeoutMs: 30_000, timeoutMs: 30_000, attemptTimeoutMs: 30_000 };
  const client = new Px0({
    host,
    accessToken: 'ak_secret',
    mode: 'stream',
    // The servers below know nothing but deliveries, and a client reports when it is closed.
    usage: 'off',
    onWarning: () => {},
    ...limits,
    ...options,
  });
  cleanups.push(() => client.close());
  return client;
}

const STREAM = { 'content-type': 'text/event-stream', 'px0-revision': token('1', 10) };
const hello: Frame = {
  type: 'hello',
  protocol: 1,
  resumed: false,
  stale: false,
  heartbeat_ms: 15_000,
  retry_ms: [0, 10],
};

// Node's own requests, and what an application gives.
describe.each([
  ['http', {}],
  ['fetch', { fetch: (...args: Parameters<typeof fetch>) => fetch(...args) }],
])('over %s', (_name, options: Px0Options) => {
  it('each frame of a compressed stream is there as soon as it is sent', async () => {
    let send: (frame: Frame) => void = () => {};
    const host = await serve((req, res) => {
      expect(req.headers).toMatchObject({ authorization: 'Bearer ak_secret', accept: 'text/event-stream' });
      res.writeHead(200, { ...STREAM, 'content-encoding': 'gzip' });
      const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
      gzip.pipe(res);
      send = (frame) => gzip.write(asEvent(frame));
      for (const frame of [hello, ...transfer(10, prompt(1, 'one'))]) send(frame);
    });
    const client = connected(host, options);
    expect(await client.render('greeting')).toMatchObject({ text: 'one', source: 'stream' });
    for (const frame of transfer(11, prompt(2, 'two'))) send(frame);
    await eventually(async () => (await client.render('greeting')).text === 'two');
    expect(client.status()).toMatchObject({ state: 'ready', repairs: 0 });
  });

  it('a snapshot is asked for once more when it is not whole', async () => {
    const bodies = [
      gzipSync(transfer(10, prompt(1, 'one')).map(asLine).join('')).subarray(0, 60),
      gzipSync(transfer(10, prompt(1, 'one')).map(asLine).join('')),
    ];
    const host = await serve((_req, res) => {
      res.writeHead(200, { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' });
      res.end(bodies.shift());
    });
    const client = connected(host, { ...options, mode: 'poll' });
    expect(await client.ready({ timeoutMs: 60_000 })).toBe(true);
    expect(await client.render('greeting')).toMatchObject({ text: 'one', source: 'poll' });
  });

  it('nothing is followed elsewhere, and no secret is told', async () => {
    const seen: string[] = [];
    const host = await serve((req, res) => {
      seen.push(req.url ?? '');
      if (seen.length === 1) res.writeHead(302, { location: '/elsewhere' }).end();
      else {
        res.writeHead(401, { 'content-type': 'application/json', 'px0-revision': token('1', 1) });
        res.end(JSON.stringify({ error: `unknown ${req.headers.authorization}` }));
      }
    });
    const client = connected(host, options);
    const error = await client.ready({ timeoutMs: 60_000 }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'UnauthorizedError', message: 'unknown Bearer ***' });
    expect(client.status().lastError).toBe('unknown Bearer ***');
    expect(seen).toEqual(['/v1/delivery/stream', '/v1/delivery/stream']);
  });

  it('what is not there is an outage, and a key that is refused is noticed when it is valid again', async () => {
    let isValid = false;
    const host = await serve((_req, res) => {
      if (isValid) {
        res.writeHead(200, STREAM);
        for (const frame of [hello, ...transfer(10, prompt(1, 'one'))]) res.write(asEvent(frame));
        return;
      }
      const headers = { 'px0-revision': token('1', 1), 'px0-hint': 'credentials=expired-key' };
      res.writeHead(401, { 'content-type': 'application/json', ...headers });
      res.end('{"error":"unauthorized"}');
    });
    const away = connected('http://127.0.0.1:1', { ...options, initTimeoutMs: 10 });
    expect(await away.ready()).toBe(false);
    await expect.poll(() => away.status().lastError).toMatch(/ECONNREFUSED|bad port/);
    const client = connected(host, options);
    const states: string[] = [];
    client.on('status', ({ state }) => states.push(state));
    const refused = { message: 'unauthorized', hint: 'the API key has expired' };
    await expect(client.ready({ timeoutMs: 60_000 })).rejects.toMatchObject(refused);
    await expect(client.render('greeting')).rejects.toMatchObject(refused);
    isValid = true;
    client.reconnect();
    await eventually(async () => (await client.render('greeting').catch(() => undefined))?.text === 'one');
    await expect.poll(() => states.at(-1)).toBe('ready');
    expect(states[0]).toBe('refused');
  });
});
