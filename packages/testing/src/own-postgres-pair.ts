/**
 * Two Postgres servers of a test's own: a primary, and a standby that follows it by asynchronous streaming. Clients keep one address, a proxy's,
 * whichever server is the primary; the replication goes through another one, so that a test may cut it. A failover while it is cut loses what was
 * acknowledged since: that is what asynchronous replication means.
 */
import { chown, copyFile, lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@px0/local-platform';
import { eventually } from './eventually.ts';
import { OwnPostgres } from './own-servers.ts';
import { TcpProxy } from './tcp-proxy.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { withPostgres } from './with-postgres.ts';

const CAUGHT_UP_LIMIT_MS = 60_000;

export class OwnPostgresPair {
  /** Between the clients and the primary. */
  readonly clients: TcpProxy;
  /** Between the standby and the primary. */
  readonly replication: TcpProxy;
  readonly #folder: string;
  #primary: OwnPostgres;
  #standby: OwnPostgres;
  #frozen: readonly number[] = [];

  private constructor(
    folder: string,
    servers: readonly [OwnPostgres, OwnPostgres],
    proxies: readonly [TcpProxy, TcpProxy],
  ) {
    this.#folder = folder;
    [this.#primary, this.#standby] = servers;
    [this.clients, this.replication] = proxies;
  }

  static async start(): Promise<OwnPostgresPair> {
    const folder = await temporaryFolder('own-postgres-pair');
    const ports = [await freePort(), await freePort()] as const;
    const proxies = [await TcpProxy.start(ports[0]), await TcpProxy.start(ports[0])] as const;
    let following = {};
    const [primary, standby] = ports.map(
      (port, index) => new OwnPostgres(join(folder, `server-${index + 1}`), port, () => following),
    );
    if (primary === undefined || standby === undefined) throw new Error('a pair is two servers');
    const pair = new OwnPostgresPair(folder, [primary, standby], proxies);
    try {
      for (const server of [primary, standby]) await mkdir(server.folder, { recursive: true });
      await primary.start();
      const password = (await readFile(primary.passwordFile, 'utf8')).trim();
      const { username } = new URL(primary.url);
      // Which of the two follows the other, a file in its data folder says.
      following = {
        primary_conninfo: `host=127.0.0.1 port=${proxies[1].port} user=${username} password=${password} connect_timeout=5`,
        wal_keep_size: '512MB',
        wal_retrieve_retry_interval: '200ms',
        wal_receiver_status_interval: '1s',
      };
      await primary.restart();
      await pair.renewStandby();
      return pair;
    } catch (error) {
      await pair.close();
      throw error;
    }
  }

  /** The clients' address, the same for ever. */
  get url(): string {
    const url = new URL(this.#primary.url);
    url.port = String(this.clients.port);
    return url.href;
  }

  get primary(): OwnPostgres {
    return this.#primary;
  }

  /** The other server. After a failover it is the old primary, which is down, until `renewStandby`. */
  get standby(): OwnPostgres {
    return this.#standby;
  }

  /** Resolves when the standby has applied all that the primary had committed when it was called. */
  async whenCaughtUp(): Promise<void> {
    const position = await only<string>(
      this.#primary.url,
      'SELECT pg_current_wal_flush_lsn()::text AS value',
    );
    await eventually(
      () =>
        only<boolean>(this.#standby.url, `SELECT pg_last_wal_replay_lsn() >= '${position}'::pg_lsn AS value`),
      { timeoutMs: CAUGHT_UP_LIMIT_MS, what: 'the standby' },
    );
  }

  /** Stops every process of the primary, as a machine does that hangs: connections stay open and nothing answers. */
  async freeze(): Promise<void> {
    const { pid } = this.#primary;
    if (pid === undefined) return;
    // A server's processes are no group. One that is started meanwhile waits for the first of them.
    await this.#primary.pause();
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    this.#frozen = children
      .split(' ')
      .map(Number)
      .filter((child) => child > 0);
    for (const child of this.#frozen) signal(child, 'SIGSTOP');
  }

  thaw(): void {
    for (const child of this.#frozen) signal(child, 'SIGCONT');
    this.#frozen = [];
    this.#primary.resume();
  }

  /** Ends the connections of all clients, lets no new one in, and waits until nothing that they had begun is running any more. */
  async shutOut(): Promise<void> {
    this.clients.cut();
    await eventually(
      () =>
        only<boolean>(
          this.#primary.url,
          `SELECT count(*) = 0 AS value FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
        ),
      { what: 'the end of the connections' },
    );
  }

  /** Kills the primary and promotes the standby. Clients stay out until `clients.heal()`, and then reach the promoted server. */
  async failOver(): Promise<void> {
    this.clients.cut();
    await this.#primary.kill();
    [this.#primary, this.#standby] = [this.#standby, this.#primary];
    await only<boolean>(this.#primary.url, 'SELECT pg_promote(true, 60) AS value');
    this.clients.retarget(this.#primary.port);
    this.replication.retarget(this.#primary.port);
  }

  /** Starts the server that was the primary before the last failover, alone, for what only it holds. */
  async withOldPrimary<T>(look: (url: string) => Promise<T>): Promise<T> {
    await this.#standby.start();
    try {
      return await look(this.#standby.url);
    } finally {
      await this.#standby.stop();
    }
  }

  /** Makes a new standby, a copy of the primary, and waits until it has caught up. */
  async renewStandby(): Promise<void> {
    const [primary, standby] = [this.#primary, this.#standby];
    await standby.kill();
    await rm(standby.dataFolder, { recursive: true, force: true });
    await copyFile(primary.passwordFile, standby.passwordFile);
    await withPostgres(primary.url, async (session) => {
      await session.query(`SELECT pg_backup_start('standby', true)`);
      await copyRunning(primary.dataFolder, standby.dataFolder);
      const { rows } = await session.query<{ label: string }>(
        'SELECT labelfile AS label FROM pg_backup_stop(false)',
      );
      await writeOwned(standby.dataFolder, 'backup_label', rows[0]?.label ?? '');
    });
    await writeOwned(standby.dataFolder, 'standby.signal', '');
    this.replication.heal();
    await standby.start();
    await this.whenCaughtUp();
  }

  /** Both run, and the clients and the standby reach the primary. */
  async heal(): Promise<void> {
    this.clients.heal();
    this.replication.heal();
    this.thaw();
    await this.#primary.start();
    await this.#standby.start();
    await this.whenCaughtUp();
  }

  async close(): Promise<void> {
    this.thaw();
    await Promise.all([this.clients.close(), this.replication.close()]);
    await this.#standby.close();
    await this.#primary.close();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

/** Files of a running server that a copy must not have, and folders that must be empty in it. */
const leftOut = new Set(['postmaster.pid', 'postmaster.opts', 'standby.signal', 'backup_label']);
const emptied = new Set([
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
]);

/** A base backup: files may change and vanish meanwhile, the log that is streamed afterwards makes up for it. Owners are kept. */
async function copyRunning(from: string, to: string, isEmptied = false): Promise<void> {
  const { uid, gid, mode } = await lstat(from);
  await mkdir(to, { mode });
  await chown(to, uid, gid);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (leftOut.has(entry.name)) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyRunning(source, target, isEmptied || emptied.has(entry.name));
    else if (!isEmptied) await copyIfThere(source, target, uid, gid);
  }
}

/** A file that belongs to the folder's owner. */
async function writeOwned(folder: string, name: string, text: string): Promise<void> {
  const { uid, gid } = await lstat(folder);
  await writeFile(join(folder, name), text);
  await chown(join(folder, name), uid, gid);
}

async function copyIfThere(from: string, to: string, uid: number, gid: number): Promise<void> {
  try {
    await copyFile(from, to);
    await chown(to, uid, gid);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

/** A process that has ended in the meantime needs no signal. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone.
  }
}

/** The single value of a query, in a column that is called so. */
async function only<T>(url: string, sql: string): Promise<T | undefined> {
  return (await withPostgres(url, (client) => client.query<{ value: T }>(sql))).rows[0]?.value;
}
