/**
 * A name server as it stands in many clusters: it answers with what it has cached, whatever has become of the pods.
 * It speaks DNS over UDP, as much as an A query needs.
 */
import { createSocket, type Socket } from 'node:dgram';
import { promises } from 'node:dns';
import type { ResolveName } from '../src/upstreams/addresses.ts';

/** Many have 30 s, in which a busy machine does not get a test done. */
const TTL_SECONDS = 600;
const A = 1;

export class CachingDns {
  /** What is true; what is answered may be older. */
  readonly records = new Map<string, readonly string[]>();
  readonly #cache = new Map<string, { readonly addresses: readonly string[]; readonly until: number }>();
  readonly #socket: Socket;
  /** The number of queries. */
  asked = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (query, { port, address }) => socket.send(this.#answer(query), port, address));
  }

  static async start(): Promise<CachingDns> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return new CachingDns(socket);
  }

  /** Asks this server and no other. */
  get resolveName(): ResolveName {
    const resolver = new promises.Resolver();
    resolver.setServers([`127.0.0.1:${this.#socket.address().port}`]);
    return (name) => resolver.resolve4(name);
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #answer(query: Buffer): Buffer {
    this.asked += 1;
    const { name, end, type } = questionOf(query);
    const addresses = type === A ? this.#lookUp(name) : [];
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    // An answer with authority; recursion was asked for and is there.
    header.writeUInt16BE(0x8580, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(addresses.length, 6);
    const answers = addresses.map((address) => {
      const record = Buffer.alloc(16);
      // The name is the question's.
      record.writeUInt16BE(0xc00c, 0);
      record.writeUInt16BE(A, 2);
      record.writeUInt16BE(1, 4);
      record.writeUInt32BE(TTL_SECONDS, 6);
      record.writeUInt16BE(4, 10);
      for (const [index, part] of address.split('.').entries()) record.writeUInt8(Number(part), 12 + index);
      return record;
    });
    return Buffer.concat([header, query.subarray(12, end), ...answers]);
  }

  #lookUp(name: string): readonly string[] {
    const cached = this.#cache.get(name);
    if (cached !== undefined && cached.until > Date.now()) return cached.addresses;
    const addresses = this.records.get(name) ?? [];
    this.#cache.set(name, { addresses, until: Date.now() + TTL_SECONDS * 1_000 });
    return addresses;
  }
}

function questionOf(query: Buffer): { name: string; end: number; type: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), end: at + 5, type: query.readUInt16BE(at + 1) };
}
