/**
 * The whole platform on one machine: Postgres and NATS, then the five services, kept alive until they stop in reverse order.
 * `run.json` exists exactly while the platform is up, and always names the running processes.
 */
import { join } from 'node:path';
import { Home } from './home.ts';
import { type RunningNats, startNats } from './nats.ts';
import { PlatformError } from './platform-error.ts';
import { freePort, isPortFree } from './ports.ts';
import { type RunningPostgres, startPostgres } from './postgres.ts';
import { repositoryRoot } from './repository.ts';
import { oneOfEach, type Replicas, type ServiceName, serviceNames } from './service-names.ts';
import { type ServiceProcess, serviceReady, startService } from './service-process.ts';
import { Supervised } from './supervised.ts';

/** Node's compile cache makes a service start a third faster; all installations and tests of a checkout share it. */
const compileCache = join(repositoryRoot, 'node_modules', '.cache', 'node-compile');

export interface PlatformOptions {
  readonly home: string;
  /** The gateway's port. */
  readonly port: number;
  readonly replicas?: Replicas;
  /** Your own server instead of the embedded one. */
  readonly databaseUrl?: string | undefined;
  readonly natsUrl?: string | undefined;
  readonly redisUrl?: string | undefined;
  /** Server settings of the embedded Postgres. */
  readonly postgresSettings?: Readonly<Record<string, string>>;
  /** Additional environment variables of every service. */
  readonly env?: NodeJS.ProcessEnv;
  /** Additional environment variables of one service; read before each start of a process. */
  readonly serviceEnv?: Readonly<Partial<Record<ServiceName, NodeJS.ProcessEnv>>>;
  /** The folder with the services, or what gives it before each start of a process. Default: the repository's. */
  readonly servicesFolder?: string | ((service: ServiceName) => string);
  /** The longest delay before an ended process is restarted. Default: 10 s. */
  readonly longestRestartDelayMs?: number;
  /** What the services need; runs while the servers start. */
  readonly beforeServices?: () => Promise<void>;
  /** Wraps each stage of the start, to show progress. */
  readonly step?: <T>(text: string, run: () => Promise<T>) => Promise<T>;
  /** Receives a message for the user at the terminal, e.g. that a service restarts. */
  readonly notice?: (text: string) => void;
  /** Aborting it cancels a start, and stops what had started. */
  readonly signal?: AbortSignal;
}

export interface RunningProcess {
  readonly url: string;
  readonly pid: number | null;
}

export interface RunFile {
  readonly services: Readonly<Record<ServiceName, readonly RunningProcess[]>>;
  readonly servers: {
    readonly postgres: RunningProcess;
    readonly nats: RunningProcess & { readonly store: string | null };
  };
}

interface Replica {
  readonly service: ServiceName;
  /** `render`, or `render-2` for a second process. */
  readonly name: string;
  readonly port: number;
  readonly url: string;
  readonly logFile: string;
}

export class RunningPlatform {
  readonly home: Home;
  readonly #options: PlatformOptions;
  #postgres: Supervised<RunningPostgres> | undefined;
  #nats: Supervised<RunningNats> | undefined;
  #replicas: readonly Replica[] = [];
  readonly #processes = new Map<Replica, Supervised<ServiceProcess>>();
  #databaseUrl = '';
  #secretKey = '';
  #natsUrl = '';
  #up = false;
  #stopped: Promise<void> | undefined;

  private constructor(options: PlatformOptions) {
    this.#options = options;
    this.home = new Home(options.home);
  }

  /**
   * @throws PlatformError one sentence: the port or the folder is in use, or a server or service did not start
   */
  static async start(options: PlatformOptions): Promise<RunningPlatform> {
    const platform = new RunningPlatform(options);
    await platform.home.claim();
    try {
      await platform.#start();
    } catch (error) {
      await platform.stop();
      throw error;
    }
    return platform;
  }

  get gatewayUrl(): string {
    return `http://127.0.0.1:${this.#options.port}`;
  }

  get databaseUrl(): string {
    return this.#databaseUrl;
  }

  get natsUrl(): string {
    return this.#natsUrl;
  }

  /** The content of `run.json`: every process that is running. */
  describe(): RunFile {
    const processesOf = (service: ServiceName): RunningProcess[] =>
      this.#replicas
        .filter((replica) => replica.service === service)
        .map((replica) => ({ url: replica.url, pid: this.#processes.get(replica)?.current?.pid ?? null }));
    return {
      services: {
        gateway: processesOf('gateway'),
        identity: processesOf('identity'),
        tenancy: processesOf('tenancy'),
        'prompt-registry': processesOf('prompt-registry'),
        render: processesOf('render'),
      },
      servers: {
        postgres: { url: this.#databaseUrl, pid: this.#postgres?.current?.pid ?? null },
        nats: {
          url: this.#natsUrl,
          pid: this.#nats?.current?.pid ?? null,
          store: this.#nats ? this.home.nats : null,
        },
      },
    };
  }

  /** Stops everything, in order; resolves when no process is left. Can be called more than once. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async #start(): Promise<void> {
    const { step = (_text, run) => run(), signal, beforeServices } = this.#options;
    if (!(await isPortFree(this.#options.port))) {
      throw new PlatformError(
        `Port ${this.#options.port} is in use; stop the program that listens on it, or set PX0_PORT to another port.`,
      );
    }
    const embedded = [
      ...(this.#options.databaseUrl ? [] : ['Postgres']),
      ...(this.#options.natsUrl ? [] : ['NATS']),
    ];
    const servers =
      embedded.length > 0
        ? step(`starting ${embedded.join(' and ')}`, () => this.#startServers())
        : this.#startServers();
    throwFirst(await Promise.allSettled([servers, beforeServices?.()]));
    signal?.throwIfAborted();
    await step(`starting ${serviceNames.join(', ')}`, () => this.#startServices());
    this.#up = true;
    await this.#record();
  }

  async #startServers(): Promise<void> {
    throwFirst(await Promise.allSettled([this.#startPostgres(), this.#startNats()]));
  }

  async #startPostgres(): Promise<void> {
    if (this.#options.databaseUrl) {
      this.#databaseUrl = this.#options.databaseUrl;
      return;
    }
    const port = await freePort();
    const logFile = await this.home.rotateLog('postgres');
    const settings = this.#options.postgresSettings;
    const launch = () =>
      startPostgres({
        dataDir: this.home.postgres,
        port,
        logFile,
        ...(settings && { settings }),
      });
    this.#postgres = await Supervised.start('Postgres', launch, this.#events);
    this.#databaseUrl = this.#postgres.current?.url ?? '';
  }

  async #startNats(): Promise<void> {
    if (this.#options.natsUrl) {
      this.#natsUrl = this.#options.natsUrl;
      return;
    }
    const port = await freePort();
    const logFile = await this.home.rotateLog('nats');
    const launch = () =>
      startNats({ storeDir: this.home.nats, port, logFile, log: (text) => this.#notice(text) });
    this.#nats = await Supervised.start('NATS', launch, this.#events);
    this.#natsUrl = this.#nats.current?.url ?? '';
  }

  async #startServices(): Promise<void> {
    this.#replicas = await this.#plan();
    this.#secretKey = await this.home.secretKey();
    const spawned = await Promise.allSettled(this.#replicas.map((replica) => this.#startReplica(replica)));
    throwFirst(spawned);
    const failed = new AbortController();
    const signals = [failed.signal, ...(this.#options.signal ? [this.#options.signal] : [])];
    try {
      await Promise.all(
        [...this.#processes].map(([replica, supervised]) =>
          serviceReady(supervised, replica.url, replica.logFile, AbortSignal.any(signals)),
        ),
      );
    } finally {
      failed.abort();
    }
  }

  async #startReplica(replica: Replica): Promise<void> {
    const { service, port, logFile } = replica;
    const launch = () => {
      const env = this.#environment(service);
      return startService({ folder: this.#folderOf(service), port, logFile, env });
    };
    const delay = this.#options.longestRestartDelayMs;
    this.#processes.set(replica, await Supervised.start(replica.name, launch, this.#events, delay));
  }

  #folderOf(service: ServiceName): string {
    const { servicesFolder = join(repositoryRoot, 'services') } = this.#options;
    return join(typeof servicesFolder === 'string' ? servicesFolder : servicesFolder(service), service);
  }

  async #plan(): Promise<Replica[]> {
    const replicas = this.#options.replicas ?? oneOfEach;
    const planned: Replica[] = [];
    for (const service of serviceNames) {
      for (let number = 1; number <= replicas[service]; number += 1) {
        const name = number === 1 ? service : `${service}-${number}`;
        const port = service === 'gateway' && number === 1 ? this.#options.port : await freePort();
        const logFile = await this.home.rotateLog(name);
        planned.push({ service, name, port, url: `http://127.0.0.1:${port}`, logFile });
      }
    }
    return planned;
  }

  #environment(service: ServiceName): NodeJS.ProcessEnv {
    const { redisUrl, env = {}, serviceEnv } = this.#options;
    const urlsOf = (name: ServiceName) =>
      this.#replicas.flatMap((replica) => (replica.service === name ? [replica.url] : [])).join(',');
    return {
      NODE_COMPILE_CACHE: compileCache,
      PX0_SECRET_KEY: this.#secretKey,
      // All processes are of one release here.
      AUTHORING: 'on',
      POLICIES: 'on',
      CONSOLE_URL: `http://localhost:${this.#options.port}`,
      ...env,
      DATABASE_URL: this.#databaseUrl,
      NATS_URL: this.#natsUrl,
      ...(redisUrl && { REDIS_URL: redisUrl }),
      IDENTITY_URL: urlsOf('identity'),
      TENANCY_URL: urlsOf('tenancy'),
      PROMPT_REGISTRY_URL: urlsOf('prompt-registry'),
      RENDER_URL: urlsOf('render'),
      ...serviceEnv?.[service],
    };
  }

  readonly #events = {
    // A process that ends before the platform is up makes the start fail, with its own message.
    notice: (text: string) => {
      if (this.#up) this.#notice(text);
    },
    changed: () => this.#changed(),
  };

  #notice(text: string): void {
    this.#options.notice?.(text);
  }

  #changed(): void {
    this.#record().catch((error: unknown) => this.#notice(`cannot write run.json: ${String(error)}`));
  }

  #record(): Promise<void> {
    const all = [this.#postgres, this.#nats, ...this.#processes.values()];
    const children = all.flatMap((supervised) => supervised?.current?.pid ?? []);
    return this.home.record(children, this.#up ? this.describe() : undefined);
  }

  async #stopAll(): Promise<void> {
    this.#up = false;
    await this.home.removeRun();
    const gateways: Supervised<ServiceProcess>[] = [];
    const others: Supervised<ServiceProcess>[] = [];
    for (const [replica, supervised] of this.#processes) {
      (replica.service === 'gateway' ? gateways : others).push(supervised);
    }
    // First the requests end, then the writes, then the stream and the database.
    await Promise.all(gateways.map((supervised) => supervised.stop()));
    await Promise.all(others.map((supervised) => supervised.stop()));
    await this.#nats?.stop();
    await this.#postgres?.stop();
    await this.home.release();
  }
}

export function startPlatform(options: PlatformOptions): Promise<RunningPlatform> {
  return RunningPlatform.start(options);
}

/** All promises have settled, so nothing keeps running unseen. Throws the first failure. */
function throwFirst(results: readonly PromiseSettledResult<unknown>[]): void {
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
