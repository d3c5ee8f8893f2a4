/** A real render process, a proxy that can be cut, and relays behind it, all in the test's process. */
import { rm } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Cleanups, silentLogger } from '@px0/service-kit';
import { TcpProxy, temporaryFolder, whenReady } from '@px0/testing';
import { startRelay } from '../src/compose-relay.ts';
import { loadRelayConfig } from '../src/relay/relay-config.ts';
import { type Answer, RenderFixture } from './render-fixture.ts';

const HEARTBEAT = { DELIVERY_HEARTBEAT_MS: '600' };

/** A relay that runs. */
export interface RunningRelay {
  readonly url: string;
  stop(): Promise<void>;
}

/** What the registry answers to a request for a version. */
export type VersionAnswer = { readonly status: number; readonly body: unknown } | undefined;

export class RelayFixture {
  readonly px0: RenderFixture;
  readonly proxy: TcpProxy;
  /** Requests for versions that have come, and what they are answered with. */
  readonly asked: string[] = [];
  /** Bodies of usage reports that have come, and went on. */
  readonly reports: string[] = [];
  answerVersion: (path: string) => VersionAnswer = () => undefined;
  readonly #front: Server;
  readonly #relays: RunningRelay[] = [];
  readonly #folders: string[] = [];

  private constructor(px0: RenderFixture, proxy: TcpProxy, front: Server) {
    this.px0 = px0;
    this.proxy = proxy;
    this.#front = front;
    front.on('request', (req, res) => {
      const url = req.url ?? '';
      if (req.method === 'GET' && url.startsWith('/v1/prompts/')) {
        this.asked.push(url);
        const { status, body } = this.answerVersion(url) ?? {
          status: 503,
          body: { error: 'service unavailable' },
        };
        const headers = { 'content-type': 'application/json', 'px0-revision': 'MToxOjE' };
        res.writeHead(status, headers).end(JSON.stringify(body));
        return;
      }
      if (url === '/v1/delivery/usage') {
        let body = '';
        req.on('data', (piece: Buffer) => (body += piece.toString()));
        req.on('end', () => this.reports.push(body));
      }
      const onward = request(px0.url + url, { method: req.method, headers: req.headers }, (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
      });
      onward.on('error', () => res.destroy());
      res.on('close', () => onward.destroy());
      req.pipe(onward);
    });
  }

  static async start(): Promise<RelayFixture> {
    const px0 = await RenderFixture.start(HEARTBEAT);
    const front = createServer();
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    const proxy = await TcpProxy.start((front.address() as AddressInfo).port);
    return new RelayFixture(px0, proxy, front);
  }

  get upstreamUrl(): string {
    return `http://127.0.0.1:${this.proxy.port}`;
  }

  /** An organization with a team and a key for rendering. */
  async caller(): Promise<{ orgId: string; teamId: string; token: string; keyId: string }> {
    const { orgId, teamId } = await this.px0.organization();
    const { token, id: keyId } = await this.px0.identity.createKey(orgId, { operation: 'read_render' });
    await this.px0.caughtUp(token);
    return { orgId, teamId, token, keyId };
  }

  async folder(): Promise<string> {
    const folder = await temporaryFolder('relay');
    this.#folders.push(folder);
    return folder;
  }

  /** Starts a relay of the upstream; the environment may name another. It need not be ready. */
  async begin(key: string | undefined, environment: Record<string, string> = {}): Promise<RunningRelay> {
    const logger = silentLogger();
    const cleanups = new Cleanups(logger);
    const config = loadRelayConfig({
      ...HEARTBEAT,
      RELAY_STATE_DIR: '',
      DRAIN_DELAY_MS: '0',
      SHUTDOWN_TIMEOUT_MS: '500',
      ...(key !== undefined && { PX0_UPSTREAM: this.upstreamUrl, PX0_UPSTREAM_KEY: key }),
      ...environment,
    });
    const { url } = await startRelay(config, { logger, cleanups });
    const relay = { url, stop: () => cleanups.run() };
    this.#relays.push(relay);
    return relay;
  }

  /** As `begin`, and waits until it is ready. */
  async relay(key: string | undefined, environment: Record<string, string> = {}): Promise<RunningRelay> {
    const relay = await this.begin(key, environment);
    await whenReady(relay.url);
    return relay;
  }

  async stop(): Promise<void> {
    // What follows ends before what it follows.
    for (const relay of this.#relays.toReversed()) await relay.stop();
    await this.proxy.close();
    this.#front.closeAllConnections();
    this.#front.close();
    await this.px0.stop();
    for (const folder of this.#folders) await rm(folder, { recursive: true, force: true });
  }
}

/** Sends a render once. `path` begins behind `/v1/prompts/`. */
export function renderAt(
  { url }: Pick<RunningRelay, 'url'>,
  path: string,
  token: string | undefined,
  body: unknown = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  return send(`${url}/v1/prompts/${path}`, token, body, headers);
}

export async function send(
  url: string,
  token: string | undefined,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}
