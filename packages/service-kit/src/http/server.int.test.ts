import { Agent, get, type RequestListener } from 'node:http';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { StartError } from '../errors.ts';
import { silentLogger } from '../logger.ts';
import { type RunningServer, type ServerTimeouts, startHttpServer } from './server.ts';

const running: RunningServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function serve(handler: RequestListener, timeouts: ServerTimeouts = {}): Promise<RunningServer> {
  const server = await startHttpServer({
    handler,
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger(),
    timeouts,
  });
  running.push(server);
  return server;
}

/** Status and `Connection` of an answer over a kept-alive agent. */
function ask(
  url: string,
  agent: Agent,
): Promise<{ status: number | undefined; connection: string | undefined }> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (res) => {
      res.resume().on('end', () => resolve({ status: res.statusCode, connection: res.headers.connection }));
    }).on('error', reject);
  });
}

describe('a server that closes', () => {
  it('finishes what is in flight, tells its connections to leave, and counts until the end', async () => {
    const answers: (() => void)[] = [];
    const server = await serve((_req, res) => void answers.push(() => res.end('ok')));
    const agent = new Agent({ keepAlive: true });
    const slow = ask(server.url, agent);
    await expect.poll(() => server.inFlight).toBe(1);
    const closed = server.close();
    expect(server.draining).toBe(true);
    await expect.poll(() => connectionRefused(server.port)).toBe(true);
    answers[0]?.();
    expect(await slow).toMatchObject({ status: 200 });
    await closed;
    expect(server.inFlight).toBe(0);
    agent.destroy();
  });

  it('goes on accepting while balancers are to notice, and tells connections to leave once the port is closed', async () => {
    const server = await serve((_req, res) => res.end('ok'), { drainDelayMs: 1_000 });
    const agent = new Agent({ keepAlive: true });
    const closed = server.close();
    expect(await ask(server.url, agent)).toEqual({ status: 200, connection: 'keep-alive' });
    await expect.poll(() => connectionRefused(server.port)).toBe(true);
    expect(await ask(server.url, agent)).toEqual({ status: 200, connection: 'close' });
    await closed;
    agent.destroy();
  });

  it('cuts what does not end in time', async () => {
    const server = await serve(() => undefined, { drainMs: 200 });
    const hanging = ask(server.url, new Agent());
    await expect.poll(() => server.inFlight).toBe(1);
    const [outcome] = await Promise.allSettled([hanging, server.close()]);
    expect(outcome.status).toBe('rejected');
  });

  it('is not held up by idle connections', async () => {
    // Cutting the connection would come after the test's own time.
    const server = await serve((_req, res) => res.end('ok'), { drainMs: 600_000 });
    const socket = connect(server.port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    await server.close();
  });
});

/** Keeps the event loop from turning, as a long garbage collection or a machine without a free processor does. */
function holdEventLoop(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('a server that closes after its process stood still', () => {
  const delayMs = 400;

  it('answers what came on an idle connection meanwhile', async () => {
    const server = await serve((_req, res) => res.end('ok'), { drainDelayMs: delayMs });
    const socket = connect(server.port, '127.0.0.1');
    let answers = '';
    socket.on('data', (chunk) => {
      answers += chunk.toString();
    });
    socket.on('error', (error) => {
      answers += error.message;
    });
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(() => answers).toContain('ok');
    answers = '';
    const closed = server.close();
    await expect.poll(() => connectionRefused(server.port)).toBe(true);
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n');
    holdEventLoop(1.5 * delayMs);
    await ended;
    expect(answers).toMatch(/^HTTP\/1\.1 200 OK.*Connection: close.*ok/s);
    await closed;
  });

  it('answers what came on a new connection meanwhile', async () => {
    const server = await serve((_req, res) => res.end('ok'), { drainDelayMs: delayMs });
    const sent = new Int32Array(new SharedArrayBuffer(4));
    const client = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
       parentPort.once('message', () => {
         let answer = '';
         const socket = require('node:net').connect(workerData.port, '127.0.0.1', () => {
           socket.write('POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 0\\r\\n\\r\\n', () => {
             Atomics.store(workerData.sent, 0, 1);
             Atomics.notify(workerData.sent, 0);
           });
         });
         socket.on('data', (chunk) => { answer += chunk; });
         socket.on('error', (error) => { answer += error.code; });
         socket.on('close', () => parentPort.postMessage(answer));
       });`,
      { eval: true, workerData: { port: server.port, sent } },
    );
    const answer = new Promise<unknown>((resolve) => client.once('message', resolve));
    await new Promise((resolve) => client.once('online', resolve));
    const closed = server.close();
    client.postMessage('send');
    expect(Atomics.wait(sent, 0, 0, 20_000)).not.toBe('timed-out');
    holdEventLoop(1.5 * delayMs);
    expect(await answer).toMatch(/^HTTP\/1\.1 200 OK.*ok/s);
    await closed;
    await client.terminate();
  });
});

describe('a slow client', () => {
  it('that never ends its headers is cut with a 408', async () => {
    const server = await serve((_req, res) => res.end('ok'), { headersMs: 300, requestMs: 600 });
    const socket = connect(server.port, '127.0.0.1', () =>
      socket.write('GET / HTTP/1.1\r\nHost: x\r\nX-Slow'),
    );
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    await new Promise((resolve) => socket.once('close', resolve));
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout.*\{"error":"request timeout"\}$/s);
  });
});

describe('a connection on which nothing is sent', () => {
  async function unused(timeouts: ServerTimeouts) {
    const server = await serve((_req, res) => res.end('ok'), timeouts);
    const timedOut = new Promise((resolve) => server.server.once('clientError', resolve));
    const socket = connect(server.port, '127.0.0.1');
    const seen = { text: '' };
    socket.on('data', (chunk) => {
      seen.text += chunk.toString();
    });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await timedOut;
    return { socket, seen, closed };
  }

  it('takes a request when the time for headers is over', async () => {
    const { socket, seen } = await unused({ headersMs: 300, requestMs: 600, keepAliveMs: 600_000 });
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(() => seen.text).toMatch(/^HTTP\/1\.1 200 OK.*ok/s);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nX-Slow');
    await expect.poll(() => seen.text).toMatch(/408 Request Timeout/);
    socket.destroy();
  });

  it('is closed like any that is idle, without a word', async () => {
    const { seen, closed } = await unused({ headersMs: 300, requestMs: 600, keepAliveMs: 400 });
    await closed;
    expect(seen.text).toBe('');
  });
});

describe('a request that HTTP forbids', () => {
  it.each([
    ['without a Host', 'GET / HTTP/1.1\r\n\r\n', '400 Bad Request', 'bad request'],
    [
      'with an expectation that nobody can meet',
      'GET / HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n',
      '417 Expectation Failed',
      'expectation failed',
    ],
  ])('%s gets its refusal as JSON, and the connection ends', async (_what, request, status, error) => {
    const server = await serve((_req, res) => res.end('ok'));
    const socket = connect(server.port, '127.0.0.1', () => socket.write(request));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    await new Promise((resolve) => socket.once('close', resolve));
    expect(answer.startsWith(`HTTP/1.1 ${status}`)).toBe(true);
    expect(answer.endsWith(`{"error":"${error}"}`)).toBe(true);
  });
});

describe('a port in use', () => {
  it('is one sentence', async () => {
    const { port } = await serve((_req, res) => res.end());
    const second = startHttpServer({
      handler: () => undefined,
      host: '127.0.0.1',
      port,
      logger: silentLogger(),
    });
    await expect(second).rejects.toThrow(new StartError(`Port ${port} of 127.0.0.1 is in use.`));
  });
});

function connectionRefused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', () => resolve(true));
  });
}
