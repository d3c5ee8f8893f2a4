/**
 * A TCP proxy on the loopback interface that a test can cut and slow down: what a network between two processes does to them. Bytes
 * arrive in order and unchanged, or the connection ends.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export class TcpProxy {
  readonly #server: Server;
  readonly #targetPort: number;
  readonly #sockets = new Set<Socket>();
  #cut = false;
  #delayMs = 0;

  private constructor(server: Server, targetPort: number) {
    this.#server = server;
    this.#targetPort = targetPort;
    server.on('connection', (client) => void this.#forward(client));
  }

  static async start(targetPort: number): Promise<TcpProxy> {
    const server = createServer({ noDelay: true });
    const proxy = new TcpProxy(server, targetPort);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  /** Where to connect to; the same until `close`. */
  get port(): number {
    const address: AddressInfo | string | null = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy is closed');
    return address.port;
  }

  /** Ends every connection, and each new one at once, until `heal`. */
  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Lets every piece of data wait, in both directions, on connections that exist and on new ones. */
  delay(milliseconds: number): void {
    this.#delayMs = milliseconds;
  }

  /** Neither cut nor slow. */
  heal(): void {
    this.#cut = false;
    this.#delayMs = 0;
  }

  async close(): Promise<void> {
    this.cut();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #forward(client: Socket): Promise<void> {
    if (this.#cut) {
      client.destroy();
      return;
    }
    const server = connect({ host: '127.0.0.1', port: this.#targetPort, noDelay: true });
    const both = [client, server];
    for (const socket of both) this.#sockets.add(socket);
    // However one side ends, the other learns of it in the same way: nothing is left half open.
    await Promise.allSettled([this.#copy(client, server), this.#copy(server, client)]);
    for (const socket of both) {
      socket.destroy();
      this.#sockets.delete(socket);
    }
  }

  async #copy(from: Readable & Socket, to: Socket): Promise<void> {
    try {
      await pipeline(from, this.#slowed(), to);
    } catch (error) {
      from.destroy();
      to.destroy();
      throw error;
    }
  }

  #slowed(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding, done: TransformCallback) => {
        if (this.#delayMs === 0) done(null, chunk);
        else setTimeout(() => done(null, chunk), this.#delayMs);
      },
    });
  }
}
