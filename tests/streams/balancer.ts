/** What stands before several gateways: takes each connection to one that says it is ready, in turn. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** How often each gateway is asked, as balancers do. */
const PROBE_MS = 100;

export class Balancer {
  readonly #server: Server;
  readonly #urls: () => readonly string[];
  readonly #sockets = new Set<Socket>();
  readonly #probes: NodeJS.Timeout;
  #ready: readonly string[] = [];
  #next = 0;

  private constructor(server: Server, urls: () => readonly string[]) {
    this.#server = server;
    this.#urls = urls;
    server.on('connection', (client) => this.#take(client));
    this.#probes = setInterval(() => void this.#probe(), PROBE_MS);
  }

  static async start(urls: () => readonly string[]): Promise<Balancer> {
    const server = createServer({ noDelay: true });
    const balancer = new Balancer(server, urls);
    await balancer.#probe();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    clearInterval(this.#probes);
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  async #probe(): Promise<void> {
    const answers = await Promise.all(
      this.#urls().map(async (url) => {
        const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) }).catch(
          () => undefined,
        );
        await answer?.arrayBuffer();
        return answer?.ok === true ? [url] : [];
      }),
    );
    this.#ready = answers.flat();
  }

  #take(client: Socket): void {
    this.#next += 1;
    const url = this.#ready[this.#next % this.#ready.length];
    if (url === undefined) {
      client.destroy();
      return;
    }
    const gateway = connect({ host: '127.0.0.1', port: Number(new URL(url).port), noDelay: true });
    for (const [socket, other] of [
      [client, gateway],
      [gateway, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    client.pipe(gateway).pipe(client);
  }
}
