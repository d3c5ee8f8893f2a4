/**
 * The five services as real processes on servers of their own, which a test may stop, kill and wipe, behind proxies that it may cut. It
 * needs no test runner.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  freePort,
  type PlatformOptions,
  type RunFile,
  type RunningPlatform,
  serviceNames,
  startPlatform,
} from '@px0/local-platform';
import { OwnNatsCluster } from './own-nats-cluster.ts';
import { OwnPostgresPair } from './own-postgres-pair.ts';
import { type OwnNats, type OwnPostgres, ownNats, ownPostgres } from './own-servers.ts';
import { TcpProxy } from './tcp-proxy.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface TestPlatformOptions
  extends Pick<
    PlatformOptions,
    'replicas' | 'env' | 'serviceEnv' | 'servicesFolder' | 'notice' | 'longestRestartDelayMs'
  > {}

export interface TestPlatform {
  readonly gatewayUrl: string;
  readonly databaseUrl: string;
  /** The folder that `npm start` calls PX0_HOME. */
  readonly home: string;
  /** The processes that run now, as in `run.json`. */
  readonly services: RunFile['services'];
  /** The end of every service's log, for the message of a failed test. */
  logs(lines?: number): Promise<string>;
  /** Stops every service, so that nothing answers; servers and data stay. */
  pause(): Promise<void>;
  /** Starts them again, at the same address. */
  resume(): Promise<void>;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface TestPlatformWithServers extends TestPlatform {
  readonly nats: OwnNats;
  readonly postgres: OwnPostgres;
  /** What the services connect to instead of the servers themselves. */
  readonly proxies: { readonly nats: TcpProxy; readonly postgres: TcpProxy };
}

/** The platform on servers of its own, for tests in which these fail. */
export async function startTestPlatformWithServers(
  options: TestPlatformOptions = {},
): Promise<TestPlatformWithServers> {
  const [nats, postgres] = await Promise.all([ownNats(), ownPostgres()]);
  const proxies = {
    nats: await TcpProxy.start(nats.port),
    postgres: await TcpProxy.start(postgres.port),
  };
  const closeServers = async (): Promise<void> => {
    await Promise.all([proxies.nats.close(), proxies.postgres.close()]);
    await Promise.all([nats.close(), postgres.close()]);
  };
  try {
    const databaseUrl = new URL(postgres.url);
    databaseUrl.port = String(proxies.postgres.port);
    const servers = {
      databaseUrl: databaseUrl.href,
      natsUrl: `nats://127.0.0.1:${proxies.nats.port}`,
      streamPrefix: '',
    };
    return Object.assign(await startOn(servers, options, closeServers), { nats, postgres, proxies });
  } catch (error) {
    await closeServers();
    throw error;
  }
}

/** NATS is one server, or several that are a cluster. */
export interface TestPlatformWithStandby<Nats extends { close(): Promise<void> } = OwnNats>
  extends TestPlatform {
  readonly nats: Nats;
  readonly postgres: OwnPostgresPair;
}

/** The platform on a NATS server of its own, and a Postgres with a standby. */
export async function startTestPlatformWithStandby(
  options: TestPlatformOptions = {},
): Promise<TestPlatformWithStandby> {
  return await startOnPair(await ownNats(), options);
}

export type TestPlatformOnClusters = TestPlatformWithStandby<OwnNatsCluster>;

/** The platform on three NATS servers that hold every stream, and a Postgres with a standby. */
export async function startTestPlatformOnClusters(
  natsBinary: string,
  options: TestPlatformOptions = {},
): Promise<TestPlatformOnClusters> {
  const nats = await OwnNatsCluster.start(natsBinary);
  const env = { ...options.env, PX0_STREAM_REPLICAS: String(nats.size) };
  return await startOnPair(nats, { ...options, env });
}

async function startOnPair<Nats extends { readonly url: string; close(): Promise<void> }>(
  nats: Nats,
  options: TestPlatformOptions,
): Promise<TestPlatformWithStandby<Nats>> {
  let postgres: OwnPostgresPair | undefined;
  const closeServers = async (): Promise<void> => {
    await Promise.all([nats.close(), postgres?.close()]);
  };
  try {
    postgres = await OwnPostgresPair.start();
    const servers = { databaseUrl: postgres.url, natsUrl: nats.url, streamPrefix: '' };
    return Object.assign(await startOn(servers, options, closeServers), { nats, postgres });
  } catch (error) {
    await closeServers();
    throw error;
  }
}

export interface Servers {
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly streamPrefix: string;
}

/** The platform on servers that exist; `afterwards` is called when it has stopped. */
export async function startOn(
  { streamPrefix, ...servers }: Servers,
  options: TestPlatformOptions,
  afterwards: () => Promise<void>,
): Promise<TestPlatform> {
  const folder = await temporaryFolder('test-platform');
  const home = join(folder, 'home');
  const launching = {
    ...options,
    ...servers,
    home,
    port: await freePort(),
    env: {
      ...process.env,
      // Accounts are verified at once, because no one reads mails.
      RESEND_API_KEY: 'mock',
      LOG_LEVEL: 'info',
      // Vitest's own worker settings are not meant for the services.
      NODE_OPTIONS: '',
      NODE_ENV: 'test',
      PX0_STREAM_PREFIX: streamPrefix,
      ...options.env,
    },
  };
  let platform = await startPlatform(launching);
  const stop = async (): Promise<void> => {
    await platform.stop();
    await afterwards();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  };
  return {
    gatewayUrl: platform.gatewayUrl,
    databaseUrl: platform.databaseUrl,
    home,
    get services() {
      return platform.describe().services;
    },
    logs: (lines = 20) => lastLines(platform, lines),
    pause: () => platform.stop(),
    resume: async () => {
      platform = await startPlatform(launching);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function lastLines(platform: RunningPlatform, lines: number): Promise<string> {
  const parts = await Promise.all(
    serviceNames.map(async (name) => {
      const text = await readFile(platform.home.logFile(name), 'utf8').catch(() => '');
      return `--- ${name}\n${text.trim().split('\n').slice(-lines).join('\n')}`;
    }),
  );
  return parts.join('\n');
}
