import { createServer, type Server, type Socket } from 'node:net';
import { errors } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import type { AnswerHandler, Call } from './connection.ts';
import { GatheredPool } from './gathered-pool.ts';
import { requestHead } from './request-head.ts';

const GOOD = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood';
const servers: { server: Server; sockets: Set<Socket> }[] = [];

afterEach(() => {
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

/** A service that writes bytes after each head. */
async function service(answer: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const seen = { connections: 0, text: '' };
  const server = createServer((socket) => {
    seen.connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      seen.text += chunk.toString('latin1');
      if (seen.text.endsWith('\r\n\r\n')) answer(socket);
    });
  });
  servers.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return { origin: `http://127.0.0.1:${address.port}`, sockets, seen };
}

const poolFor = (origin: string, options: Partial<ConstructorParameters<typeof GatheredPool>[1]> = {}) =>
  new GatheredPool(origin, {
    connections: 2,
    connectTimeoutMs: 30_000,
    keepAliveSeconds: 30,
    silenceSeconds: 30,
    ...options,
  });

interface Asked {
  readonly answer: Promise<string>;
  /** Of the request, from when it is sent. */
  call: Call | undefined;
}

function ask(pool: GatheredPool, more: Partial<AnswerHandler> = {}): Asked {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = '';
  const asked: Asked = { answer: promise, call: undefined };
  promise.catch(() => undefined);
  const handler: AnswerHandler = {
    onRequestStart: (call) => {
      asked.call = call;
    },
    onInterim: () => undefined,
    onHead: () => undefined,
    onResponseData: (_call, piece) => {
      text += piece.toString('latin1');
    },
    onResponseEnd: () => resolve(text),
    onResponseError: (_call, error) => reject(error),
    ...more,
  };
  expect(pool.send({ method: 'GET', path: '/', headers: ['x-a', '1'], body: undefined }, handler)).toBe(true);
  return asked;
}

describe('connections for requests whose body is here', () => {
  it('are no more than allowed: what comes then waits for its turn', async () => {
    const waiting: Socket[] = [];
    const { origin, seen } = await service((socket) => waiting.push(socket));
    const pool = poolFor(origin);
    const asked = Array.from({ length: 5 }, () => ask(pool));
    for (let answered = 0; answered < 5; answered++) {
      await expect.poll(() => waiting.length, { timeout: 30_000 }).toBeGreaterThan(0);
      expect(asked.filter(({ call }) => call !== undefined).length).toBeLessThanOrEqual(answered + 2);
      waiting.shift()?.write(GOOD);
    }
    expect(await Promise.all(asked.map(({ answer }) => answer))).toEqual(Array(5).fill('good'));
    expect(seen.connections).toBeLessThanOrEqual(2);
    await pool.close();
  });

  it('end when they have not been used for their time', async () => {
    const { origin, sockets } = await service((socket) => socket.write(GOOD));
    const pool = poolFor(origin, { keepAliveSeconds: 1 });
    expect(await ask(pool).answer).toBe('good');
    await expect.poll(() => sockets.size, { timeout: 30_000 }).toBe(0);
    expect(await ask(pool).answer).toBe('good');
    await pool.close();
  });

  it('end with a body that stops coming, but not with one that is not read', async () => {
    const { origin, sockets } = await service((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ngood'),
    );
    const pool = poolFor(origin, { silenceSeconds: 1 });
    const paused = ask(pool, { onHead: (call) => call.pause() });
    const silent = ask(pool);
    await expect(silent.answer).rejects.toThrow(errors.BodyTimeoutError);
    expect(sockets.size).toBe(1);
    paused.call?.abort(new Error('enough'));
    await expect(paused.answer).rejects.toThrow('enough');
    await expect.poll(() => sockets.size, { timeout: 30_000 }).toBe(0);
    await pool.close();
  });

  it('take no request that was given up while it waited', async () => {
    const { origin, seen } = await service((socket) => socket.write(GOOD));
    const pool = poolFor(origin);
    const left = ask(pool, { onRequestStart: (call) => call.abort(new Error('left')) });
    await expect(left.answer).rejects.toThrow('left');
    expect(await ask(pool).answer).toBe('good');
    expect(seen.text.match(/GET/g)).toHaveLength(1);
    await pool.close();
  });

  it('tell one request each that they could not be made', async () => {
    const { origin } = await service(() => undefined);
    for (const { server } of servers) await new Promise((resolve) => server.close(resolve));
    const pool = poolFor(origin);
    for (const { answer } of Array.from({ length: 5 }, () => ask(pool)))
      await expect(answer).rejects.toThrow('ECONNREFUSED');
    await pool.close();
  });

  it('are closed after what was sent has been answered, and none is opened then', async () => {
    const waiting: Socket[] = [];
    const { origin, sockets } = await service((socket) => waiting.push(socket));
    const pool = poolFor(origin, { connections: 1 });
    const asked = [ask(pool), ask(pool)];
    await expect.poll(() => waiting.length, { timeout: 30_000 }).toBe(1);
    const closed = pool.close();
    await expect(Promise.race([closed, Promise.resolve('open')])).resolves.toBe('open');
    waiting.shift()?.write(GOOD);
    await expect.poll(() => waiting.length, { timeout: 30_000 }).toBe(1);
    waiting.shift()?.write(GOOD);
    expect(await Promise.all(asked.map(({ answer }) => answer))).toEqual(['good', 'good']);
    await closed;
    await expect.poll(() => sockets.size, { timeout: 30_000 }).toBe(0);
    await expect(ask(pool).answer).rejects.toThrow(errors.ClientClosedError);
  });

  it('stop reading what nobody takes, and go on', async () => {
    const size = 20_000_000;
    let sent: Socket | undefined;
    const { origin } = await service((socket) => {
      sent = socket;
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      socket.write(Buffer.alloc(size, 'x'));
    });
    const pool = poolFor(origin);
    let received = 0;
    let isPaused = false;
    const asked = ask(pool, {
      onResponseData: (call, piece) => {
        received += piece.length;
        if (isPaused) return;
        isPaused = true;
        call.pause();
      },
    });
    await expect.poll(() => isPaused, { timeout: 30_000 }).toBe(true);
    // What was read before goes on for a moment, and no longer.
    const before = received;
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(received).toBe(before);
    expect(sent?.writableLength).toBeGreaterThan(0);
    asked.call?.resume();
    await asked.answer;
    expect(received).toBe(size);
    await pool.close();
  });
});

describe('the head of a request', () => {
  const base = { method: 'POST', path: '/v1/x?y=1', headers: ['x-a', 'b'], body: Buffer.from('hello') };
  const own = 'host: x\r\n';

  it('has the length of its body where the method may have one', () => {
    expect(requestHead(base, own)).toBe(
      'POST /v1/x?y=1 HTTP/1.1\r\nhost: x\r\nx-a: b\r\ncontent-length: 5\r\n\r\n',
    );
    expect(requestHead({ ...base, body: undefined }, own)).toMatch(/content-length: 0\r\n\r\n$/);
    expect(requestHead({ ...base, method: 'GET', body: undefined }, own)).toMatch(/x-a: b\r\n\r\n$/);
  });

  it.each([
    ['a line’s end in a value', { headers: ['x-a', 'b\r\nx-c: d'] }],
    ['a zero byte in a value', { headers: ['x-a', 'b\0'] }],
    ['a character beyond Latin-1 in a value', { headers: ['x-a', '\u2028'] }],
    ['a space in the path', { path: '/v1/x y' }],
    ['a line’s end in the path', { path: '/v1/x\r\nx-c: d' }],
    ['a path that is none', { path: '*' }],
    ['a method of its own', { method: 'PURGE', body: undefined }],
    ['HEAD, after which a service might send a body', { method: 'HEAD', body: undefined }],
    ['a body where none is expected', { method: 'GET' }],
  ])('is left to undici with %s', (_case, change) => {
    expect(requestHead({ ...base, ...change }, own)).toBeUndefined();
  });
});
