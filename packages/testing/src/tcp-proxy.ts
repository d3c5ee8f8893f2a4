/**
 * A TCP proxy on the loopback interface that a test can cut and slow down: what a network between two processes does to them. Bytes
 * arrive in order and unchanged, or the connection ends.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a test does to the connections of a proxy, besides cutting and slowing them. */
export interface Interference {
  /** Gets each new connection first; true when it has taken it over, so that it reaches no server. */
  readonly accept?: (client: Socket) => boolean;
  /** What becomes of a piece of data that is on its way; undefined: it is lost. A rejection ends the connection. */
  readonly pass?: (
    piece: Buffer,
    from: 'client' | 'server',
    link: Link,
  ) => Buffer | undefined | Promise<Buffer | undefined>;
}

/** A connection through a proxy. */
export interface Link {
  readonly isOpen: boolean;
  destroy(): void;
}

export class TcpProxy {
  readonly #server: Server;
  #targetPort: number;
  readonly #interference: Interference;
  readonly #sockets = new Set<Socket>();
  #cut = false;
  #delayMs = 0;

  private constructor(server: Server, targetPort: number, interference: Interference) {
    this.#server = server;
    this.#targetPort = targetPort;
    this.#interference = interference;
    server.on('connection', (client) => void this.#forward(client));
  }

  static async start(targetPort: number, interference: Interference = {}): Promise<TcpProxy> {
    const server = createServer({ noDelay: true });
    const proxy = new TcpProxy(server, targetPort, interference);
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

  /** Leads new connections to another server, as an address does after a failover, and ends those that there are. */
  retarget(port: number): void {
    this.#targetPort = port;
    for (const socket of this.#sockets) socket.destroy();
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
    if (this.#interference.accept?.(client)) {
      this.#sockets.add(client);
      client.once('close', () => this.#sockets.delete(client));
      return;
    }
    const server = connect({ host: '127.0.0.1', port: this.#targetPort, noDelay: true });
    const both = [client, server];
    for (const socket of both) this.#sockets.add(socket);
    // However one side ends, the other learns of it in the same way: nothing is left half open.
    const link = linkOf(client, server);
    await Promise.allSettled([
      this.#copy(client, server, 'client', link),
      this.#copy(server, client, 'server', link),
    ]);
    for (const socket of both) {
      socket.destroy();
      this.#sockets.delete(socket);
    }
  }

  async #copy(from: Readable & Socket, to: Socket, side: 'client' | 'server', link: Link): Promise<void> {
    try {
      await pipeline(from, this.#slowed(side, link), to);
    } catch (error) {
      from.destroy();
      to.destroy();
      throw error;
    }
  }

  #slowed(side: 'client' | 'server', link: Link): Transform {
    const { pass } = this.#interference;
    const onward = async (piece: Buffer): Promise<Buffer | undefined> => {
      if (this.#delayMs > 0) await sleep(this.#delayMs);
      return pass === undefined ? piece : pass(piece, side, link);
    };
    return new Transform({
      transform: (piece: Buffer, _encoding, done: TransformCallback) => {
        if (pass === undefined && this.#delayMs === 0) done(null, piece);
        else onward(piece).then((passed) => done(null, passed), done);
      },
    });
  }
}

function linkOf(client: Socket, server: Socket): Link {
  return {
    get isOpen() {
      return !client.destroyed && !server.destroyed;
    },
    destroy() {
      client.destroy();
      server.destroy();
    },
  };
}
