/** Servers of a test's own, which it may kill, pause, stop, wipe and bring back on the same port and the same data. */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  freePort,
  type NatsOptions,
  processState,
  type RunningNats,
  type RunningPostgres,
  startNats,
  startPostgres,
} from '@px0/local-platform';
import { eventually } from './eventually.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { testPostgresSettings } from './test-servers.ts';

interface Restartable {
  readonly pid: number;
  signal(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

abstract class OwnServer<Running extends Restartable> {
  readonly folder: string;
  readonly port: number;
  #running: Running | undefined;

  constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  protected abstract launch(): Promise<Running>;

  get pid(): number | undefined {
    return this.#running?.pid;
  }

  protected get running(): Running | undefined {
    return this.#running;
  }

  /** Starts it on its port and its data; does nothing when it runs. */
  async start(): Promise<void> {
    this.#running ??= await this.launch();
  }

  /** The orderly end. */
  async stop(): Promise<void> {
    await this.#end((running) => running.stop());
  }

  /** SIGKILL: what a crash leaves behind. */
  async kill(): Promise<void> {
    await this.#end((running) => running.kill());
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** SIGSTOP: connections stay open and nothing answers. Resolves when the process has really come to a halt. */
  async pause(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    running.signal('SIGSTOP');
    await eventually(async () => (await processState(running.pid)) === 'T', {
      what: 'the pause',
      intervalMs: 1,
    });
  }

  resume(): void {
    this.#running?.signal('SIGCONT');
  }

  /** Ends the server and deletes its data. To be called once, when the test is over. */
  async close(): Promise<void> {
    this.resume();
    await this.stop();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #end(how: (running: Running) => Promise<void>): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running) await how(running);
  }
}

/** A server that is not as px0's tests usually have it: another program, users, TLS. */
export type NatsPeculiarities = Pick<NatsOptions, 'binary' | 'configuration' | 'env'>;

export class OwnNats extends OwnServer<RunningNats> {
  readonly #peculiarities: NatsPeculiarities;

  constructor(folder: string, port: number, peculiarities: NatsPeculiarities = {}) {
    super(folder, port);
    this.#peculiarities = peculiarities;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** The name that a bus's options have for the URL. */
  get servers(): string {
    return this.url;
  }

  get store(): string {
    return join(this.folder, 'nats');
  }

  get logFile(): string {
    return join(this.folder, 'nats.log');
  }

  /** Deletes JetStream's store. The server must not be running. */
  async wipe(): Promise<void> {
    this.#mustBeStopped();
    await rm(this.store, { recursive: true, force: true });
  }

  /** Stops the server for a moment and copies its store, as a backup does; returns the copy's folder. */
  async copyStore(name = 'copy'): Promise<string> {
    const copy = join(this.folder, `store-${name}`);
    const wasRunning = this.running !== undefined;
    await this.stop();
    await rm(copy, { recursive: true, force: true });
    await cp(this.store, copy, { recursive: true });
    if (wasRunning) await this.start();
    return copy;
  }

  /** Puts a copy, taken earlier, in the place of the store. The server must not be running. */
  async restoreStore(copy: string): Promise<void> {
    await this.wipe();
    await cp(copy, this.store, { recursive: true });
  }

  protected override launch(): Promise<RunningNats> {
    return startNats({
      storeDir: this.store,
      port: this.port,
      logFile: this.logFile,
      ...this.#peculiarities,
    });
  }

  #mustBeStopped(): void {
    if (this.running) throw new Error('stop or kill the NATS server before its store is changed');
  }
}

export class OwnPostgres extends OwnServer<RunningPostgres> {
  readonly #settings: () => Readonly<Record<string, string>>;
  #url: string | undefined;

  /** `settings` are read at each start and come on top of the tests' own. */
  constructor(folder: string, port: number, settings: () => Readonly<Record<string, string>> = () => ({})) {
    super(folder, port);
    this.#settings = settings;
  }

  get dataFolder(): string {
    return join(this.folder, 'postgres');
  }

  /** The file with the password of its only user. */
  get passwordFile(): string {
    return `${this.dataFolder}.password`;
  }

  /** The same after every restart. */
  get url(): string {
    if (this.#url === undefined) throw new Error('the Postgres server has not been started yet');
    return this.#url;
  }

  protected override async launch(): Promise<RunningPostgres> {
    const running = await startPostgres({
      dataDir: this.dataFolder,
      port: this.port,
      logFile: join(this.folder, 'postgres.log'),
      // A committed write must outlive a kill, so it is handed to the operating system before the commit answers.
      settings: { ...testPostgresSettings, synchronous_commit: 'on', ...this.#settings() },
    });
    this.#url = running.url;
    return running;
  }
}

/** A running NATS server of the test's own; `close()` it when the test is over. */
export async function ownNats(peculiarities: NatsPeculiarities = {}): Promise<OwnNats> {
  const server = new OwnNats(await temporaryFolder('own-nats'), await freePort(), peculiarities);
  await server.start();
  return server;
}

/** A running Postgres server of the test's own; `close()` it when the test is over. */
export async function ownPostgres(): Promise<OwnPostgres> {
  const server = new OwnPostgres(await temporaryFolder('own-postgres'), await freePort());
  await server.start();
  return server;
}
