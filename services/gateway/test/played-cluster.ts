/**
 * A Kubernetes API server as far as the gateway meets one: TLS, tokens, lists and watches of EndpointSlices with resource versions,
 * bookmarks, a history that is forgotten, and watches that end. It plays the real protocol, so that nothing of the gateway is replaced.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface PlayedEndpoint {
  readonly address: string;
  readonly conditions?: {
    readonly ready?: boolean;
    readonly serving?: boolean;
    readonly terminating?: boolean;
  };
}

interface Slice {
  readonly metadata: {
    readonly name: string;
    readonly resourceVersion: string;
    readonly labels: Readonly<Record<string, string>>;
  };
}

interface Change {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: Slice;
}

interface Watch {
  readonly services: readonly string[];
  readonly res: ServerResponse;
}

export interface SeenAtCluster {
  readonly kind: 'list' | 'watch';
  readonly resourceVersion: string | null;
  readonly status: number;
}

export const NAMESPACE = 'px0';
const LABEL = 'kubernetes.io/service-name';

export class PlayedCluster {
  /** Every request, oldest first. */
  readonly seen: SeenAtCluster[] = [];
  /** What every request is refused with, when set. */
  refusal: number | undefined;
  readonly #folder: string;
  readonly #key: string;
  readonly #cert: string;
  readonly #slices = new Map<string, Slice>();
  readonly #watches = new Set<Watch>();
  #history: Change[] = [];
  #version = 100;
  /** Watches from before it are refused. */
  #oldest = 0;
  #token = 'token-1';
  #server: Server | undefined;
  #port = 0;

  private constructor(folder: string, key: string, cert: string) {
    this.#folder = folder;
    this.#key = key;
    this.#cert = cert;
  }

  static async start(): Promise<PlayedCluster> {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'kubernetes' }], {
      keyType: 'ec',
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
      ],
    });
    const folder = await mkdtemp(join(tmpdir(), 'px0-cluster-'));
    const cluster = new PlayedCluster(folder, key, cert);
    await writeFile(join(folder, 'ca.crt'), cert);
    await writeFile(join(folder, 'namespace'), NAMESPACE);
    await writeFile(join(folder, 'token'), 'token-1');
    await cluster.comeBack();
    return cluster;
  }

  /** What a gateway needs to follow it. */
  get env(): Readonly<Record<string, string>> {
    return {
      KUBERNETES_API_URL: `https://127.0.0.1:${this.#port}`,
      KUBERNETES_ACCOUNT_DIRECTORY: this.#folder,
    };
  }

  /** The number of watches that are open. */
  get watching(): number {
    return this.#watches.size;
  }

  /** Writes the one slice of a service. */
  set(service: string, port: number, endpoints: readonly PlayedEndpoint[]): void {
    const name = `${service}-x1`;
    const type = this.#slices.has(name) ? 'MODIFIED' : 'ADDED';
    this.#version += 1;
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name,
        namespace: NAMESPACE,
        resourceVersion: String(this.#version),
        labels: { [LABEL]: service },
      },
      addressType: 'IPv4',
      endpoints: endpoints.map(({ address, conditions = {} }) => ({
        addresses: [address],
        conditions: { ready: true, serving: true, terminating: false, ...conditions },
      })),
      ports: [{ name: 'http', port, protocol: 'TCP' }],
    };
    this.#slices.set(name, slice);
    this.#tell({ version: this.#version, type, object: slice });
  }

  /** Tells watches how far they are, as the API server does about once a minute. */
  bookmark(): void {
    // Versions are those of the whole cluster, most of whose changes nobody here asked for.
    this.#version += 10;
    const object = { kind: 'EndpointSlice', metadata: { resourceVersion: String(this.#version) } };
    for (const { res } of this.#watches) res.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  }

  /** Forgets the history, so that watches from before this moment are refused. */
  compact(): void {
    this.#history = [];
    this.#version += 10;
    this.#oldest = this.#version;
  }

  /** Ends watches in order, as their time limit does. */
  endWatches(): void {
    for (const { res } of this.#watches) res.end();
    this.#watches.clear();
  }

  /** Takes only a new token from now on; the file follows with `writeToken`. */
  rotateToken(): void {
    this.#token = `${this.#token}+`;
  }

  async writeToken(): Promise<void> {
    await writeFile(join(this.#folder, 'token'), this.#token);
  }

  /** Cuts every connection and listens no more. */
  async goAway(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    this.#watches.clear();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  async comeBack(): Promise<void> {
    const server = createServer({ key: this.#key, cert: this.#cert }, (req, res) => this.#answer(req, res));
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    await this.goAway();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #answer(req: IncomingMessage, res: ServerResponse): void {
    const url = new URL(req.url ?? '/', 'https://kubernetes');
    const query = url.searchParams;
    const kind = query.get('watch') === 'true' ? 'watch' : 'list';
    const status = this.#statusFor(req, url);
    this.seen.push({ kind, resourceVersion: query.get('resourceVersion'), status });
    if (status !== 200) {
      const body = { kind: 'Status', status: 'Failure', code: status };
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      return;
    }
    const [, names = ''] =
      /^kubernetes\.io\/service-name in \(([^)]*)\)$/.exec(query.get('labelSelector') ?? '') ?? [];
    const services = names.split(',');
    res.writeHead(200, { 'content-type': 'application/json' });
    if (kind === 'watch') this.#watch(res, services, query);
    else {
      const items = [...this.#slices.values()].filter((slice) => isOf(slice, services));
      res.end(
        JSON.stringify({
          kind: 'EndpointSliceList',
          metadata: { resourceVersion: String(this.#version) },
          items,
        }),
      );
    }
  }

  #statusFor(req: IncomingMessage, { pathname }: URL): number {
    if (this.refusal !== undefined) return this.refusal;
    if (req.headers.authorization !== `Bearer ${this.#token}`) return 401;
    return pathname === `/apis/discovery.k8s.io/v1/namespaces/${NAMESPACE}/endpointslices` ? 200 : 403;
  }

  #watch(res: ServerResponse, services: readonly string[], query: URLSearchParams): void {
    const from = Number(query.get('resourceVersion'));
    // As the real one refuses: by an event of an answer that is 200.
    if (from < this.#oldest) {
      const object = {
        kind: 'Status',
        status: 'Failure',
        code: 410,
        reason: 'Expired',
        message: 'too old resource version',
      };
      res.end(`${JSON.stringify({ type: 'ERROR', object })}\n`);
      return;
    }
    res.flushHeaders();
    for (const change of this.#history)
      if (change.version > from && isOf(change.object, services)) write(res, change);
    const watch = { services, res };
    this.#watches.add(watch);
    const limit = setTimeout(() => res.end(), Number(query.get('timeoutSeconds')) * 1_000).unref();
    res.once('close', () => {
      clearTimeout(limit);
      this.#watches.delete(watch);
    });
  }

  #tell(change: Change): void {
    this.#history.push(change);
    for (const { services, res } of this.#watches) if (isOf(change.object, services)) write(res, change);
  }
}

function write(res: ServerResponse, { type, object }: Change): void {
  const line = `${JSON.stringify({ type, object })}\n`;
  // A line comes in pieces as often as not.
  res.write(line.slice(0, 20));
  res.write(line.slice(20));
}

function isOf({ metadata }: Slice, services: readonly string[]): boolean {
  return services.includes(metadata.labels[LABEL] ?? '');
}
