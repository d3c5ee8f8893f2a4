/**
 * Services that answer what HTTP does not allow, or what tempts a client to give one exchange's answer to the next: once through the
 * client for gathered bodies, once through undici, which takes its place when requests are traced. Both behave alike.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type Server, type Socket } from 'node:net';
import { freePort } from '@px0/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { gateway, stopAll } from './fixture.ts';

/** A service that writes bytes. */
class Script {
  /** What follows a request's head on its connection. */
  answer: (socket: Socket) => void = () => undefined;
  connections = 0;
  requests = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  url = '';

  constructor() {
    this.#server = createServer((socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
        for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
          text = text.slice(end + 4);
          this.requests += 1;
          this.answer(socket);
        }
      });
    });
  }

  async start(): Promise<void> {
    const port = await freePort();
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const script = new Script();
let url = '';

beforeAll(async () => {
  await script.start();
  ({ url } = await gateway({ TENANCY_URL: script.url }));
});
afterAll(async () => {
  await stopAll();
  await script.stop();
});

const GOOD = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood';
const STOLEN = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstolen';

/** Status and body, or what a client sees of an answer that breaks off. */
async function ask(): Promise<string> {
  const response = await fetch(`${url}/v1/me/orgs`);
  try {
    return `${response.status} ${await response.text()}`;
  } catch {
    return `${response.status} broken off`;
  }
}

/** The answer to one request, and then that of a good one: nothing of the first is left on the connection. */
async function askTwice(answer: (socket: Socket) => void): Promise<string> {
  script.answer = answer;
  const first = await ask();
  script.answer = (socket) => socket.write(GOOD);
  expect(await ask()).toBe('200 good');
  return first;
}

const UNAVAILABLE = /^503 \{"error":/;
const noop = (): void => undefined;
/** The test's own `fetch` is undici's, too. */
const sentByUndici = z.object({
  request: z.object({ origin: z.union([z.string(), z.instanceof(URL)]).transform(String) }),
});

describe.each([
  ['the client for gathered bodies', false],
  ['undici', true],
])('through %s, an answer', (_client, isTraced) => {
  beforeAll(() => {
    if (isTraced) subscribe('undici:request:create', noop);
    return () => unsubscribe('undici:request:create', noop);
  });
  // The breaker counts failures: good answers in between keep it closed.
  afterEach(async () => {
    script.answer = (socket) => socket.write(GOOD);
    for (let i = 0; i < 6; i++) expect(await ask()).toBe('200 good');
  });

  it.each([
    ['with two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\ngood!'],
    [
      'with a length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['with a length that is no number', 'HTTP/1.1 200 OK\r\nContent-Length: +4\r\n\r\ngood'],
    ['with a space before a colon', 'HTTP/1.1 200 OK\r\nContent-Length : 4\r\n\r\ngood'],
    ['with a folded line', 'HTTP/1.1 200 OK\r\nX-A: 1\r\n 2\r\nContent-Length: 4\r\n\r\ngood'],
    ['with bare line feeds', 'HTTP/1.1 200 OK\nContent-Length: 4\n\ngood'],
    ['with a zero byte', 'HTTP/1.1 200 OK\r\nX-A: \0\r\nContent-Length: 4\r\n\r\ngood'],
    ['of another version', 'HTTP/3.9 200 OK\r\nContent-Length: 4\r\n\r\ngood'],
    ['that is no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    [
      'with a head beyond 16 KiB',
      `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(17_000)}\r\nContent-Length: 4\r\n\r\ngood`,
    ],
    ['that wants a body which nobody has announced (100)', `HTTP/1.1 100 Continue\r\n\r\n${GOOD}`],
    [
      'that changes the protocol (101)',
      'HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nxxx',
    ],
  ])('%s is a 503', async (_case, bytes) => {
    expect(await askTwice((socket) => socket.write(bytes, 'latin1'))).toMatch(UNAVAILABLE);
  });

  it.each([
    ['that is shorter than it says', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ngood'],
    ['without its last chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngood\r\n'],
  ])('%s breaks off for the client, too', async (_case, bytes) => {
    expect(await askTwice((socket) => socket.end(bytes))).toBe('200 broken off');
  });

  it('with a chunk that is longer than it says breaks off', async () => {
    const bytes = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\ngood\r\n0\r\n\r\n';
    expect(await askTwice((socket) => socket.write(bytes))).toBe('200 broken off');
  });

  it('whose connection is reset in the middle breaks off', async () => {
    const answer = (socket: Socket) =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ngood', () =>
        setImmediate(() => socket.resetAndDestroy()),
      );
    expect(await askTwice(answer)).toMatch(/^200 broken off|^503 /);
  });

  it('whose connection is reset before it is asked for once more', async () => {
    const before = script.requests;
    expect(await askTwice((socket) => socket.resetAndDestroy())).toMatch(UNAVAILABLE);
    expect(script.requests - before).toBe(3);
  });

  it.each([
    ['that is followed by another one at once', GOOD + STOLEN],
    [
      'with a body behind a 204',
      `HTTP/1.1 204 No Content\r\nContent-Length: ${STOLEN.length}\r\n\r\n${STOLEN}`,
    ],
    ['with chunks behind a 304', `HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n${STOLEN}`],
    [
      'that ends its connection, and goes on',
      `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\ngood${STOLEN}`,
    ],
    [
      'that keeps its connection for no time',
      `HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 4\r\n\r\ngood`,
    ],
  ])('%s leaves nothing to the next exchange', async (_case, bytes) => {
    const before = script.connections;
    expect(await askTwice((socket) => socket.write(bytes))).toMatch(/^(200 good|204 |304 )$/);
    expect(script.connections).toBeGreaterThan(before);
  });

  it('that is followed by another one later costs its connection', async () => {
    let late: Socket | undefined;
    script.answer = (socket) => {
      late = socket;
      socket.write(GOOD);
    };
    expect(await ask()).toBe('200 good');
    const ended = new Promise((resolve) => late?.once('close', resolve));
    late?.write(STOLEN);
    await ended;
    expect(await ask()).toBe('200 good');
  });

  it('comes after interim ones', async () => {
    const interim = 'HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n';
    expect(await askTwice((socket) => socket.write(interim + GOOD))).toBe('200 good');
  });

  it('with trailers and chunk extensions comes without them', async () => {
    const bytes = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;a=b\r\ngood\r\n0\r\nX-T: 1\r\n\r\n';
    expect(await askTwice((socket) => socket.write(bytes))).toBe('200 good');
  });

  it('without a length ends with its connection', async () => {
    expect(await askTwice((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\ngood'))).toBe('200 good');
    expect(await askTwice((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\ngood'))).toBe('200 good');
  });

  it('may come byte by byte', async () => {
    const bytes =
      'HTTP/1.1 200 OK\r\nX-Long-Name: one two\r\nX-Empty:\r\nX-Latin: caf\xe9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\ngo\r\n2\r\nod\r\n0\r\n\r\n';
    script.answer = (socket) => {
      let at = 0;
      const next = () => {
        if (at < bytes.length) socket.write(bytes.charAt(at++), 'latin1', () => setImmediate(next));
      };
      next();
    };
    const response = await fetch(`${url}/v1/me/orgs`);
    expect(await response.text()).toBe('good');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-long-name': 'one two',
      'x-empty': '',
      'x-latin': 'caf\xe9',
    });
  });

  it('of several megabytes arrives whole, with a length and in chunks', async () => {
    const body = Buffer.alloc(3_000_000, 'the quick brown fox ');
    for (const head of [`Content-Length: ${body.length}`, 'Transfer-Encoding: chunked']) {
      const chunked = head.startsWith('T');
      script.answer = (socket) => {
        socket.write(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n${chunked ? `${body.length.toString(16)}\r\n` : ''}`);
        socket.write(body);
        if (chunked) socket.write('\r\n0\r\n\r\n');
      };
      const response = await fetch(`${url}/v1/me/orgs`);
      expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true);
    }
  });

  it('was asked for by that client', async () => {
    const sent: unknown[] = [];
    const note = (message: unknown): void => {
      const { request } = sentByUndici.parse(message);
      if (request.origin === script.url) sent.push(request);
    };
    subscribe('undici:client:sendHeaders', note);
    expect(await askTwice((socket) => socket.write(GOOD))).toBe('200 good');
    unsubscribe('undici:client:sendHeaders', note);
    expect(sent).toHaveLength(isTraced ? 2 : 0);
  });

  it('uses one connection for requests that follow each other', async () => {
    script.answer = (socket) => socket.write(GOOD);
    await ask();
    const before = script.connections;
    for (let i = 0; i < 20; i++) expect(await ask()).toBe('200 good');
    expect(script.connections).toBe(before);
  });
});
