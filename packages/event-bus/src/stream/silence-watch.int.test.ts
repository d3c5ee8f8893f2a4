/** A server of a few lines that speaks as much NATS as the client needs, and falls silent in the ways that matter. */
import { createServer, type Server, type Socket } from 'node:net';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { silentLogger } from '@px0/service-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NextServer, SilenceWatch } from './silence-watch.ts';

class PlayedServer {
  /** Whether new connections are greeted. */
  greets = true;
  /** Whether what comes is read, and pings are answered. */
  answers = true;
  readonly sockets: Socket[] = [];
  readonly #server: Server;
  pings = 0;

  constructor() {
    this.#server = createServer((socket) => this.#accept(socket));
  }

  get address(): string {
    const address = this.#server.address();
    return typeof address === 'object' ? `127.0.0.1:${address?.port}` : '';
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  /** Nothing of what clients send is read any more. */
  freeze(): void {
    this.greets = false;
    this.answers = false;
    for (const socket of this.sockets) socket.pause();
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: Socket): void {
    this.sockets.push(socket);
    socket.on('error', () => undefined);
    if (!this.greets) return;
    const info = { server_id: 'x', version: '2.10.0', proto: 1, headers: true, max_payload: 8_388_608 };
    socket.write(`INFO ${JSON.stringify(info)}\r\n`);
    socket.on('data', (chunk) => {
      for (const _ping of chunk.toString('latin1').matchAll(/(?:^|\n)PING\r\n/g)) {
        this.pings += 1;
        if (this.answers) socket.write('PONG\r\n');
      }
    });
  }
}

let first: PlayedServer;
let second: PlayedServer;
let connection: NatsConnection;
let watch: SilenceWatch;
const watchOf = (of: NatsConnection) =>
  new SilenceWatch({ connection: of, isConnected: () => true, logger: silentLogger() });
const patience = { timeout: 30_000 };

beforeEach(async () => {
  first = new PlayedServer();
  second = new PlayedServer();
  await Promise.all([first.listen(), second.listen()]);
  const next = new NextServer();
  connection = await connect({
    servers: [first.address, second.address],
    noRandomize: true,
    maxReconnectAttempts: -1,
    reconnectToServer: next.choose,
  });
  next.connectedTo(connection.getServer());
  watch = watchOf(connection);
  watch.start();
});
afterEach(async () => {
  watch.stop();
  await connection.close();
  await Promise.all([first.close(), second.close()]);
});

const changesTo = (server: PlayedServer) =>
  expect.poll(() => connection.getServer(), patience).toBe(server.address);

describe('a client', () => {
  it('leaves a server that reads no more, though it still has much to send to it, and does not dial it again', async () => {
    expect(connection.getServer()).toBe(first.address);
    first.freeze();
    // More than the buffers of both kernels hold: the client's own way to reconnect would wait for this to be sent.
    for (let i = 0; i < 64; i += 1) connection.publish('x', new Uint8Array(1024 * 1024));
    await changesTo(second);
    // Its own connection, and the one that was to be greeted.
    expect(first.sockets).toHaveLength(2);
  });

  it('stays with a server that is busy with a request of it and greets others', async () => {
    first.answers = false;
    await expect.poll(() => first.sockets.length, patience).toBeGreaterThan(2);
    expect(connection.getServer()).toBe(first.address);
    expect(second.sockets).toEqual([]);
  });

  it('takes whatever comes for a sign of life, an answer or not', async () => {
    first.answers = false;
    const noise = setInterval(() => first.sockets[0]?.write('+OK\r\n'), 100);
    try {
      // The heartbeat of this connection is the noise; a second watch shows how many looks have passed meanwhile.
      const other = await connect({ servers: [second.address] });
      const otherWatch = watchOf(other);
      otherWatch.start();
      await expect.poll(() => second.pings, patience).toBeGreaterThan(4);
      otherWatch.stop();
      await other.close();
      expect(first.sockets).toHaveLength(1);
      expect(connection.getServer()).toBe(first.address);
    } finally {
      clearInterval(noise);
    }
  });

  it('does not blame a server for a standstill of its own process', async () => {
    for (let i = 0; i < 5; i += 1) {
      const until = performance.now() + 700;
      while (performance.now() < until);
      // A turn of the loop, in which timers run before input is read.
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(connection.getServer()).toBe(first.address);
    expect(first.sockets).toHaveLength(1);
  });
});
