/**
 * Three NATS servers of a test's own that are one JetStream cluster. Clients reach each of them through a proxy, and so does each server every
 * other one, so that a test may cut a server from its clients or from its peers. What the servers tell each other and their clients names the
 * proxies only: nobody finds a way around a cut.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@px0/local-platform';
import { eventually } from './eventually.ts';
import { OwnNats } from './own-servers.ts';
import { TcpProxy } from './tcp-proxy.ts';
import { temporaryFolder } from './temporary-folder.ts';

const SIZE = 3;
/** A cluster elects its leaders within seconds; a machine may be busy. */
const HEALTHY_LIMIT_MS = 120_000;

interface Ports {
  readonly client: number;
  readonly routes: number;
  readonly monitor: number;
}

interface Node {
  readonly name: string;
  readonly server: OwnNats;
  readonly clients: TcpProxy;
  readonly ports: Ports;
  /** On its way to the peers, in their order. */
  readonly links: readonly TcpProxy[];
}

export class OwnNatsCluster {
  readonly #folder: string;
  readonly #nodes: readonly Node[];

  private constructor(folder: string, nodes: readonly Node[]) {
    this.#folder = folder;
    this.#nodes = nodes;
  }

  /**
   * `binary`: default the project's own. Where servers are killed it must be of a release whose clusters keep what they acknowledged: those of 2.9
   * diverge. `syncs`: whether each message is synced, which releases before 2.10 do not know.
   */
  static async start(binary?: string, syncs = binary !== undefined): Promise<OwnNatsCluster> {
    const folder = await temporaryFolder('own-nats-cluster');
    // The route address that servers tell each other: nobody listens there, so that they keep to the links.
    const nowhere = await freePort();
    const ports: Ports[] = [];
    for (let index = 0; index < SIZE; index += 1) {
      ports.push({ client: await freePort(), routes: await freePort(), monitor: await freePort() });
    }
    const nodes: Node[] = [];
    for (const [index, own] of ports.entries()) {
      const clients = await TcpProxy.start(own.client);
      const peers = ports.filter((other) => other !== own);
      const links = await Promise.all(peers.map(({ routes }) => TcpProxy.start(routes)));
      const name = `nats-${index}`;
      const routes = [own.routes, ...links.map(({ port }) => port)].map(
        (port) => `"nats://127.0.0.1:${port}"`,
      );
      const configuration = [
        `server_name: ${name}`,
        `http: "127.0.0.1:${own.monitor}"`,
        // As in production: what was acknowledged outlives the end of all three at once.
        ...(syncs
          ? [`jetstream { store_dir: ${JSON.stringify(join(folder, name, 'nats'))}, sync_interval: always }`]
          : []),
        `client_advertise: "127.0.0.1:${clients.port}"`,
        `cluster { name: "px0-test", listen: "127.0.0.1:${own.routes}", advertise: "127.0.0.1:${nowhere}", routes: [${routes.join(', ')}] }`,
      ];
      const server = new OwnNats(join(folder, name), own.client, {
        configuration,
        ...(binary === undefined ? {} : { binary }),
      });
      nodes.push({ name, server, clients, ports: own, links });
    }
    const cluster = new OwnNatsCluster(folder, nodes);
    try {
      await cluster.heal();
      return cluster;
    } catch (error) {
      await cluster.close();
      throw error;
    }
  }

  get size(): number {
    return this.#nodes.length;
  }

  /** What clients connect to: all servers' proxies, separated by commas. */
  get url(): string {
    return this.#nodes.map(({ clients }) => `nats://127.0.0.1:${clients.port}`).join(',');
  }

  server(index: number): OwnNats {
    return this.#node(index).server;
  }

  /** Between a server and its clients. */
  clientsOf(index: number): TcpProxy {
    return this.#node(index).clients;
  }

  /** Cuts a server from the others; clients still reach it. */
  isolate(index: number): void {
    for (const link of this.#linksOf(index)) link.cut();
  }

  rejoin(index: number): void {
    for (const link of this.#linksOf(index)) link.heal();
  }

  /** The server that leads a stream; undefined while there is none. */
  async leaderOf(stream: string): Promise<number | undefined> {
    for (const { ports } of this.#nodes) {
      const name = await leaderSeenBy(ports.monitor, stream).catch(() => undefined);
      const index = this.#nodes.findIndex((node) => node.name === name);
      if (index !== -1) return index;
    }
    return undefined;
  }

  /** The server that places streams and consumers; undefined while there is none. */
  async metaLeader(): Promise<number | undefined> {
    for (const { ports } of this.#nodes) {
      const name = await metaLeaderSeenBy(ports.monitor).catch(() => undefined);
      const index = this.#nodes.findIndex((node) => node.name === name);
      if (index !== -1) return index;
    }
    return undefined;
  }

  /** The name by which servers know it. */
  nameOf(index: number): string {
    return this.#node(index).name;
  }

  /** Resolves when the server says that it has caught up with everything that it keeps copies of. */
  async whenHealthy(index: number): Promise<void> {
    const { name, ports } = this.#node(index);
    await eventually(async () => (await ask(ports.monitor, '/healthz')).ok, {
      timeoutMs: HEALTHY_LIMIT_MS,
      intervalMs: 50,
      what: `the health of ${name}`,
    });
  }

  /** Every server runs, is reachable and healthy. */
  async heal(): Promise<void> {
    for (const { clients, links, server } of this.#nodes) {
      for (const proxy of [clients, ...links]) proxy.heal();
      server.resume();
    }
    await Promise.all(this.#nodes.map(({ server }) => server.start()));
    await Promise.all(this.#nodes.map((_node, index) => this.whenHealthy(index)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#nodes.map(({ server }) => server.close()));
    await Promise.all(
      this.#nodes.flatMap(({ clients, links }) => [clients, ...links]).map((proxy) => proxy.close()),
    );
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }

  #node(index: number): Node {
    const node = this.#nodes[index];
    if (node === undefined) throw new Error(`the cluster has no server ${index}`);
    return node;
  }

  /** Its own links, and its peers' links to it. */
  #linksOf(index: number): readonly TcpProxy[] {
    const own = this.#node(index);
    return this.#nodes.flatMap((node) => {
      if (node === own) return node.links;
      const peers = this.#nodes.filter((other) => other !== node);
      return node.links.filter((_link, at) => peers[at] === own);
    });
  }
}

function ask(monitor: number, path: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${monitor}${path}`, { signal: AbortSignal.timeout(2_000) });
}

async function metaLeaderSeenBy(monitor: number): Promise<string | undefined> {
  const seen = (await (await ask(monitor, '/jsz')).json()) as { readonly meta_cluster?: { leader?: string } };
  return seen.meta_cluster?.leader;
}

interface Streams {
  readonly account_details?: readonly {
    readonly stream_detail?: readonly {
      readonly name: string;
      readonly cluster?: { readonly leader?: string };
    }[];
  }[];
}

async function leaderSeenBy(monitor: number, stream: string): Promise<string | undefined> {
  const { account_details: accounts = [] } = (await (
    await ask(monitor, '/jsz?streams=true')
  ).json()) as Streams;
  return accounts.flatMap(({ stream_detail: streams = [] }) => streams).find(({ name }) => name === stream)
    ?.cluster?.leader;
}
