/**
 * The Postgres and the NATS of one test run, started when the first test asks for one of them: a run of tests without I/O
 * starts nothing. They are real servers always; containers when a Docker engine answers, else the embedded ones.
 */
import { rm } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { startNats, startPostgres } from '@px0/local-platform';
import { temporaryFolder } from './temporary-folder.ts';

/** Throw-away data: durability buys nothing, and many test files at once need many connections. */
export const testPostgresSettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
} as const;

interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

export class TestServers {
  #postgres: Promise<Server> | undefined;
  #nats: Promise<Server> | undefined;
  #folder: Promise<string> | undefined;
  #docker: Promise<boolean> | undefined;

  postgresUrl(): Promise<string> {
    this.#postgres ??= this.#startPostgres();
    return this.#postgres.then(({ url }) => url);
  }

  natsUrl(): Promise<string> {
    this.#nats ??= this.#startNats();
    return this.#nats.then(({ url }) => url);
  }

  async stop(): Promise<void> {
    await Promise.allSettled([this.#postgres, this.#nats].map(async (server) => (await server)?.stop()));
    if (this.#folder) await rm(await this.#folder, { recursive: true, force: true });
  }

  async #startPostgres(): Promise<Server> {
    if (await this.#dockerAnswers()) {
      const { PostgreSqlContainer } = await import('@testcontainers/postgresql');
      const settings = Object.entries(testPostgresSettings).flatMap(([name, value]) => [
        '-c',
        `${name}=${value}`,
      ]);
      const container = await new PostgreSqlContainer('postgres:18-alpine')
        .withCommand(['postgres', ...settings])
        .start();
      return { url: container.getConnectionUri(), stop: async () => void (await container.stop()) };
    }
    const folder = await this.#ownFolder();
    return await startPostgres({
      dataDir: join(folder, 'postgres'),
      logFile: join(folder, 'postgres.log'),
      settings: testPostgresSettings,
    });
  }

  async #startNats(): Promise<Server> {
    if (await this.#dockerAnswers()) {
      const { GenericContainer, Wait } = await import('testcontainers');
      const container = await new GenericContainer('nats:2.12-alpine')
        .withCopyContentToContainer([
          {
            content: 'max_payload: 8MB\njetstream { store_dir: "/data" }\n',
            target: '/etc/nats/nats-server.conf',
          },
        ])
        .withCommand(['--config', '/etc/nats/nats-server.conf'])
        .withExposedPorts(4222)
        .withWaitStrategy(Wait.forLogMessage('Server is ready'))
        .start();
      const url = `nats://${container.getHost()}:${container.getMappedPort(4222)}`;
      return { url, stop: async () => void (await container.stop()) };
    }
    const folder = await this.#ownFolder();
    // Hundreds of prefixes reserve room that none of them uses.
    return await startNats({
      storeDir: join(folder, 'nats'),
      logFile: join(folder, 'nats.log'),
      storeLimit: '1TB',
    });
  }

  #ownFolder(): Promise<string> {
    this.#folder ??= temporaryFolder('test-run');
    return this.#folder;
  }

  #dockerAnswers(): Promise<boolean> {
    this.#docker ??= dockerAnswers();
    return this.#docker;
  }
}

/** Asked of the engine's socket itself, since Testcontainers takes seconds to find out that there is none. */
function dockerAnswers(): Promise<boolean> {
  if (process.env['DOCKER_HOST']?.startsWith('tcp:')) return Promise.resolve(true);
  const socketPath = process.env['DOCKER_HOST']?.replace(/^unix:\/\//, '') ?? '/var/run/docker.sock';
  return new Promise((resolve) => {
    const ping = request({ socketPath, path: '/_ping', timeout: 1_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    ping.once('error', () => resolve(false));
    ping.once('timeout', () => ping.destroy(new Error('the Docker engine does not answer')));
    ping.end();
  });
}
