/** A gateway in this process with scripted services behind it: plain `node:http` servers that record what they get. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import { Cleanups, loadConfig, type RunningServer, silentLogger } from '@px0/service-kit';
import { freePort } from '@px0/testing';
import { startGateway } from '../src/compose.ts';
import { configSchema } from '../src/config.ts';
import type { ResolveName } from '../src/upstreams/addresses.ts';

export interface FakeService {
  readonly url: string;
  readonly port: number;
  /** Requests received, oldest first. */
  readonly seen: SeenRequest[];
  readonly server: Server;
  stop(): Promise<void>;
}

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const stops: (() => Promise<void>)[] = [];

/** Stops everything that the test started, newest first. */
export async function stopAll(): Promise<void> {
  for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop();
}

/** A service that answers every request in the same way, after it has read the body. */
export function fakeService(answer: RequestListener, port = 0): Promise<FakeService> {
  const seen: SeenRequest[] = [];
  return rawService((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const { method = '', url = '', headers } = req;
      seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      answer(req, res);
    });
  }, port).then((service) => ({ ...service, seen }));
}

/** A service whose listener reads bodies itself, or does not. */
export async function rawService(listener: RequestListener, port = 0): Promise<FakeService> {
  const sockets = new Set<Socket>();
  const server = createServer(listener);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  // One that nobody else is given while this service is away.
  const chosen = port === 0 ? await freePort() : port;
  await new Promise<void>((resolve) => server.listen(chosen, '127.0.0.1', resolve));
  const stop = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  stops.push(stop);
  const { port: actual } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${actual}`, port: actual, seen: [], server, stop };
}

/** A port on which nobody listens. */
export async function deadUrl(): Promise<string> {
  return `http://127.0.0.1:${await freePort()}`;
}

/** Starts a gateway; upstreams that are not named are dead. */
export async function gateway(
  env: Readonly<Record<string, string>> = {},
  resolveName?: ResolveName,
): Promise<RunningServer> {
  const dead = await deadUrl();
  const logger = silentLogger();
  const cleanups = new Cleanups(logger);
  const config = loadConfig(configSchema, {
    PORT: '0',
    IDENTITY_URL: dead,
    TENANCY_URL: dead,
    PROMPT_REGISTRY_URL: dead,
    RENDER_URL: dead,
    SHUTDOWN_TIMEOUT_MS: '2000',
    DRAIN_DELAY_MS: '0',
    ...env,
  });
  const server = await startGateway(config, {
    logger,
    cleanups,
    ...(resolveName === undefined ? {} : { resolveName }),
  });
  stops.push(() => cleanups.run());
  return server;
}

/** Sends bytes as they are and returns everything that comes back until the connection ends, or `until` matches. */
export function exchangeBytes(url: string, bytes: string, until?: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (until?.test(answer) === true) socket.destroy();
    });
    socket.on('close', () => resolve(answer)).on('error', reject);
  });
}

export const ok: RequestListener = (_req, res) => {
  res.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
};
