/** A streaming standby of a test's Postgres, which the test may cut off and promote: an asynchronous failover as it really goes. */
import { execFile } from 'node:child_process';
import { appendFile, cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, type RunningPostgres, startPostgres } from '@px0/local-platform';
import pg from 'pg';
import { eventually } from './eventually.ts';
import type { OwnPostgres } from './own-servers.ts';
import { TcpProxy } from './tcp-proxy.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { testPostgresSettings } from './test-servers.ts';

const run = promisify(execFile);

export class Standby {
  readonly port: number;
  readonly #primaryUrl: string;
  readonly #folder: string;
  readonly #replication: TcpProxy;
  readonly #running: RunningPostgres;

  private constructor(primaryUrl: string, folder: string, replication: TcpProxy, running: RunningPostgres) {
    this.#primaryUrl = primaryUrl;
    this.#folder = folder;
    this.#replication = replication;
    this.#running = running;
    this.port = running.port;
  }

  /** Copies the primary while it runs, as a base backup does, and follows it from there. */
  static async of(primary: OwnPostgres): Promise<Standby> {
    const folder = await temporaryFolder('standby');
    const replication = await TcpProxy.start(primary.port);
    const source = join(primary.folder, 'postgres');
    const dataDir = join(folder, 'postgres');
    await cp(`${source}.password`, `${dataDir}.password`);
    await withPostgres(primary.url, async (client) => {
      await client.query(`select pg_backup_start('standby', true)`);
      // Its files belong to the user that runs Postgres. Files that go while they are copied are in the log.
      await run('cp', ['-a', source, dataDir]).catch(() => undefined);
      const { rows } = await client.query<{ label: string }>(
        'select labelfile as label from pg_backup_stop(false)',
      );
      await rm(join(dataDir, 'postmaster.pid'), { force: true });
      await writeFile(join(dataDir, 'backup_label'), rows[0]?.label ?? '');
    });
    const { username, password } = new URL(primary.url);
    const address = `host=127.0.0.1 port=${replication.port} user=${username} password=${password}`;
    await writeFile(join(dataDir, 'standby.signal'), '');
    await appendFile(join(dataDir, 'postgresql.auto.conf'), `primary_conninfo = '${address}'\n`);
    await run('chown', ['-R', '--reference', source, dataDir]);
    const running = await startPostgres({
      dataDir,
      port: await freePort(),
      logFile: join(folder, 'postgres.log'),
      settings: { ...testPostgresSettings, synchronous_commit: 'on' },
    });
    return new Standby(primary.url, folder, replication, running);
  }

  /** The standby has all that the primary has now. */
  async caughtUp(): Promise<void> {
    const position = await withPostgres(this.#primaryUrl, async (client) => {
      const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_flush_lsn()::text as lsn');
      return rows[0]?.lsn;
    });
    await eventually(
      async () => {
        const { rows } = await withPostgres(this.#running.url, (client) =>
          client.query<{ there: boolean }>('select pg_last_wal_replay_lsn() >= $1::pg_lsn as there', [
            position,
          ]),
        );
        return rows[0]?.there === true;
      },
      { what: 'the standby at the position of its primary' },
    );
  }

  /** Nothing that is written from now on reaches it. */
  cutOff(): void {
    this.#replication.cut();
  }

  /** Makes it a primary. */
  async promote(): Promise<void> {
    await withPostgres(this.#running.url, (client) => client.query('select pg_promote(true, 60)'));
  }

  async close(): Promise<void> {
    await this.#running.stop();
    await this.#replication.close();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

/** A connection for as long as `work` takes. */
export async function withPostgres<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  // A server that ends meanwhile fails the query, which says so.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
