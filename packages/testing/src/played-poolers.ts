/**
 * What stands between px0 and Postgres when DATABASE_URL leads to a connection pooler. Each does to px0's connections what the real
 * one does, so that px0's answer to it is tested wherever the tests run; `npm run test:pgbouncer` asks PgBouncer itself.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import pg from 'pg';
import type { Interference, Link, TcpProxy } from './tcp-proxy.ts';

const PROTOCOL = 196_608;

/** An error by which a server or pooler ends a connection that has just begun. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** As PgBouncer words it, in every mode. */
export const pgbouncerRefusal: Refusal = {
  code: '08P01',
  message: 'unsupported startup parameter: statement_timeout',
};

/** Refuses a connection before it is authenticated. For `Interference.accept` of a `TcpProxy`. */
export function refuse(client: Socket, { code, message }: Refusal): true {
  client.once('data', () => client.end(frame('E', `SFATAL\0VFATAL\0C${code}\0M${message}\0\0`)));
  client.on('error', () => client.destroy());
  return true;
}

/** Drops the settings of the start-up packet, as PgBouncer's `ignore_startup_parameters` does. */
export function hidingSettings(): Interference {
  const begun = new WeakSet<Link>();
  return {
    pass: (piece, from, link) => {
      if (from === 'server' || begun.has(link)) return piece;
      begun.add(link);
      return withoutSettings(piece);
    },
  };
}

/** Gives clients another key to cancel queries than Postgres', as every pooler does; all else is as in its session mode. */
export const withAnotherKey: Interference = {
  pass: (piece, from) => {
    const at = from === 'server' ? piece.indexOf(Buffer.from([0x4b, 0, 0, 0, 12])) : -1;
    if (at !== -1) piece.writeInt32BE(piece.readInt32BE(at + 5) + 1_000_000, at + 5);
    return piece;
  },
};

function withoutSettings(piece: Buffer): Buffer {
  const parts = piece.subarray(8).toString('utf8').split('\0');
  const kept: string[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [name = '', value = ''] = parts.slice(at, at + 2);
    if (/^(?:user|database|application_name|client_encoding)$/.test(name)) kept.push(name, value);
  }
  const body = Buffer.from(`${kept.join('\0')}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(body.length + 8, 0);
  head.writeInt32BE(PROTOCOL, 4);
  return Buffer.concat([head, body]);
}

function frame(type: string, body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(bytes.length + 4, 1);
  return Buffer.concat([head, bytes]);
}

/** ReadyForQuery outside of a transaction: the moment at which a pooler gives the session to the next client. */
const IDLE = frame('Z', 'I');

/** A pooler in transaction mode with one session for all its clients. Passwords are not asked for. */
export class TransactionPooler {
  readonly #server = createServer({ noDelay: true }, (client) => this.#serve(client));
  readonly #session: pg.Client;
  readonly #socket: Duplex;
  readonly #clients = new Set<Socket>();
  #owner: Socket | undefined;
  #waiting: { readonly client: Socket; readonly piece: Buffer }[] = [];

  private constructor(session: pg.Client, socket: Duplex) {
    this.#session = session;
    this.#socket = socket;
    // From here on pg is not to read what the pooler's clients asked for.
    socket.removeAllListeners('data');
    socket.on('data', (piece: Buffer) => this.#answer(piece));
  }

  /** @param config the session that all clients share */
  static async start(config: pg.ClientConfig): Promise<TransactionPooler> {
    const session = new pg.Client(config);
    session.on('error', () => undefined);
    await session.connect();
    const pooler = new TransactionPooler(session, session.connection.stream);
    pooler.#server.listen(0, '127.0.0.1');
    await once(pooler.#server, 'listening');
    return pooler;
  }

  get port(): number {
    const address: AddressInfo | string | null = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the pooler is closed');
    return address.port;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    this.#socket.destroy();
    await this.#session.end().catch(() => undefined);
    this.#server.close();
  }

  #serve(client: Socket): void {
    this.#clients.add(client);
    client.on('error', () => client.destroy());
    client.once('data', () => {
      const key = Buffer.alloc(8, 7);
      client.write(Buffer.concat([frame('R', Buffer.alloc(4)), frame('K', key), IDLE]));
      client.on('data', (piece: Buffer) => this.#ask(client, piece));
    });
  }

  #ask(client: Socket, piece: Buffer): void {
    if (piece[0] === 0x58) client.end();
    else if (this.#owner === client) this.#socket.write(piece);
    else {
      this.#waiting.push({ client, piece });
      this.#next();
    }
  }

  #next(): void {
    if (this.#owner !== undefined) return;
    const [first] = this.#waiting;
    if (first === undefined) return;
    this.#owner = first.client;
    const pieces = this.#waiting.filter(({ client }) => client === first.client);
    this.#waiting = this.#waiting.filter(({ client }) => client !== first.client);
    for (const { piece } of pieces) this.#socket.write(piece);
  }

  #answer(piece: Buffer): void {
    this.#owner?.write(piece);
    if (!piece.subarray(-IDLE.length).equals(IDLE)) return;
    this.#owner = undefined;
    this.#next();
  }
}

/** The URL with the port of what stands between. */
export function through(url: string, { port }: Pick<TcpProxy | TransactionPooler, 'port'>): string {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
}
