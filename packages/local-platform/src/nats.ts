/** A nats-server with JetStream on the loopback interface, with its store in a folder and the payload limit that px0 needs. */
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { natsServerBinary } from './nats-binary.ts';
import { PlatformError } from './platform-error.ts';
import { freePort } from './ports.ts';
import { type Exit, type ServerProcess, startServerProcess } from './server-process.ts';

const startTimeoutMs = 60_000;
const stopTimeoutMs = 10_000;
/** An orphan outlives the services, which still need it while they end after their launcher. */
const orphanDelaySeconds = 2;

export interface NatsOptions {
  /** JetStream's folder; created if it does not exist. The configuration file is next to it. */
  readonly storeDir: string;
  readonly port?: number;
  readonly logFile: string;
  readonly log?: (progress: string) => void;
  /** The path of nats-server. Default: the one on this machine. */
  readonly binary?: string | undefined;
  /** How much disk JetStream may promise to its streams, as NATS writes sizes. Default: three quarters of what is free. */
  readonly storeLimit?: string;
  /** Additional lines of configuration: users, TLS, a cluster. */
  readonly configuration?: readonly string[];
  /** The variables that the configuration refers to as `$NAME`. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunningNats {
  readonly url: string;
  readonly pid: number;
  readonly port: number;
  readonly store: string;
  readonly exited: Promise<Exit>;
  signal(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
  /** SIGKILL, like a crash. */
  kill(): Promise<void>;
}

export async function startNats(options: NatsOptions): Promise<RunningNats> {
  const binary = options.binary ?? (await natsServerBinary(options.log));
  const store = resolve(options.storeDir);
  const port = options.port ?? (await freePort());
  await mkdir(store, { recursive: true });
  const configFile = `${store}.conf`;
  await writeFile(configFile, configuration(store, port, options));
  const server = await startServerProcess({
    command: binary,
    args: ['--config', configFile],
    env: { ...process.env, ...options.env },
    logFile: options.logFile,
    orphanSignal: 'SIGTERM',
    orphanDelaySeconds,
  });
  await ready(server, port, options.logFile);
  return {
    url: `nats://127.0.0.1:${port}`,
    pid: server.pid,
    port,
    store,
    exited: server.exited,
    signal: (name) => server.signal(name),
    stop: async () => {
      await server.stop('SIGTERM', stopTimeoutMs);
    },
    kill: async () => {
      await server.stop('SIGKILL', stopTimeoutMs);
    },
  };
}

/** Debian's nats-server 2.9 must accept it, so it uses no setting of a later release. */
function configuration(
  store: string,
  port: number,
  { storeLimit, configuration: more = [] }: NatsOptions,
): string {
  const limit = storeLimit === undefined ? '' : `, max_file_store: ${storeLimit}`;
  return [
    'host: "127.0.0.1"',
    `port: ${port}`,
    '# The largest event is 6 MiB; px0 refuses to start on a server that accepts less than 8 MB.',
    'max_payload: 8MB',
    `jetstream { store_dir: ${JSON.stringify(store)}${limit} }`,
    ...more,
    '',
  ].join('\n');
}

async function ready(server: ServerProcess, port: number, logFile: string): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  while (server.running) {
    if (await greets(port)) return;
    if (Date.now() > deadline) {
      await server.stop('SIGTERM', stopTimeoutMs);
      throw new PlatformError(
        `nats-server did not answer within ${startTimeoutMs / 1000} s; see ${logFile}.`,
      );
    }
    await sleep(20);
  }
  throw new PlatformError(`nats-server stopped during its start; see ${logFile}.`);
}

/** A NATS server sends its INFO line to every connection once JetStream has recovered its store. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 2_000 });
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', (chunk) => finish(chunk.toString('latin1').startsWith('INFO ')));
    socket.once('error', () => finish(false));
    socket.once('timeout', () => finish(false));
    socket.once('close', () => resolve(false));
  });
}
