/** A platform with its sample prompts that nobody uses, and what can be counted of it from outside. */
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ensureSample,
  freePort,
  type RunningPlatform,
  serviceNames,
  startPlatform,
} from '@px0/local-platform';
import { temporaryFolder, withPostgres } from '@px0/testing/servers';

/** How a service's connections call themselves. */
const SERVICES: Readonly<Record<string, string>> = {
  'px0-identity': 'identity',
  'px0-tenancy': 'tenancy',
  'px0-registry': 'prompt-registry',
};
/** How much of a statement tells it from others. */
const TELLING_CHARACTERS = 130;

export interface Memory {
  readonly resident: number;
  /** Pages that several processes share count in parts. */
  readonly proportional: number;
}

/** How often each service made each statement. */
export type Statements = ReadonlyMap<string, ReadonlyMap<string, number>>;

export class RestingPlatform {
  readonly #platform: RunningPlatform;
  readonly #home: string;

  private constructor(platform: RunningPlatform, home: string) {
    this.#platform = platform;
    this.#home = home;
  }

  /** Starts the services of the tree in `folder`, on servers of their own. */
  static async start(folder: string): Promise<RestingPlatform> {
    const home = await temporaryFolder('idle');
    const platform = await startPlatform({
      home,
      port: await freePort(),
      servicesFolder: join(folder, 'services'),
      postgresSettings: { log_line_prefix: '%a|' },
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: join(folder, 'node_modules', '.cache', 'node-compile'),
        RESEND_API_KEY: 'mock',
      },
    });
    await ensureSample(platform.gatewayUrl, platform.home.sampleFile);
    return new RestingPlatform(platform, home);
  }

  /** Used so far by each service and server, with its children. */
  processorSeconds(): Map<string, number> {
    return new Map(this.#processes().map(([name, pid]) => [name, secondsOf(pid)]));
  }

  memory(): Map<string, Memory> {
    return new Map(this.#processes().map(([name, pid]) => [name, memoryOf(pid)]));
  }

  /** Has Postgres log the statements of so many seconds. */
  async statements(seconds: number): Promise<Statements> {
    await this.#log('all');
    await sleep(seconds * 1_000);
    await this.#log('none');
    const counts = new Map<string, Map<string, number>>();
    const log = readFileSync(this.#platform.home.logFile('postgres'), 'utf8');
    for (const [, application = '', text = ''] of log.matchAll(
      /^([\w-]+)\|LOG: {2}(?:statement|execute [^:]*): (.*(?:\n\t.*)*)/gm,
    )) {
      const service = SERVICES[application];
      if (service === undefined) continue;
      const ofService = counts.get(service) ?? new Map<string, number>();
      const statement = text.replaceAll(/\s+/g, ' ').slice(0, TELLING_CHARACTERS);
      counts.set(service, ofService.set(statement, (ofService.get(statement) ?? 0) + 1));
    }
    return counts;
  }

  async stop(): Promise<void> {
    await this.#platform.stop();
    await rm(this.#home, { recursive: true, force: true });
  }

  async #log(which: 'all' | 'none'): Promise<void> {
    await withPostgres(this.#platform.databaseUrl, async (sql) => {
      await sql.query(`alter system set log_statement = '${which}'`);
      await sql.query('select pg_reload_conf()');
    });
  }

  #processes(): [string, number][] {
    const { services, servers } = this.#platform.describe();
    const found = serviceNames.map((name) => [name, services[name][0]?.pid] as const);
    return [...found, ['Postgres', servers.postgres.pid] as const, ['NATS', servers.nats.pid] as const].map(
      ([name, pid]) => {
        if (pid === undefined || pid === null) throw new Error(`${name} does not run`);
        return [name, pid];
      },
    );
  }
}

function secondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  // Its own, and that of children that have ended.
  const ticks = [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field]), 0);
  return ticks / 100 + childrenOf(pid).reduce((sum, child) => sum + secondsOf(child), 0);
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}

function memoryOf(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]) * 1024;
  return { resident: bytes('Rss'), proportional: bytes('Pss') };
}
