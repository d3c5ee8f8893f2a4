/**
 * The five services as real processes, for tests of the platform as a whole. They share the run's Postgres and NATS (in a database and
 * under a stream prefix of their own), or have servers of their own that the test may stop, kill and wipe.
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
import { type OwnNats, type OwnPostgres, ownNats, ownPostgres } from './own-servers.ts';
import { testBus, testDatabase } from './run-servers.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface TestPlatformOptions
  extends Pick<PlatformOptions, 'replicas' | 'env' | 'serviceEnv' | 'notice'> {}

export interface TestPlatform {
  readonly gatewayUrl: string;
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
}

/** The platform on the run's servers. */
export async function startTestPlatform(options: TestPlatformOptions = {}): Promise<TestPlatform> {
  const [database, bus] = await Promise.all([testDatabase(), testBus()]);
  return await start(
    options,
    { databaseUrl: database.url, natsUrl: bus.servers, streamPrefix: bus.streamPrefix },
    () => database.drop(),
  );
}

/** The platform on servers of its own, for tests in which these fail. */
export async function startTestPlatformWithServers(
  options: TestPlatformOptions = {},
): Promise<TestPlatformWithServers> {
  const [nats, postgres] = await Promise.all([ownNats(), ownPostgres()]);
  const closeServers = async (): Promise<void> => {
    await Promise.all([nats.close(), postgres.close()]);
  };
  try {
    const servers = { databaseUrl: postgres.url, natsUrl: nats.url, streamPrefix: '' };
    return Object.assign(await start(options, servers, closeServers), { nats, postgres });
  } catch (error) {
    await closeServers();
    throw error;
  }
}

interface Servers {
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly streamPrefix: string;
}

async function start(
  options: TestPlatformOptions,
  { streamPrefix, ...servers }: Servers,
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
      // Accounts are verified at once: there is nobody to read a mail.
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
