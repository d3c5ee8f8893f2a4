/** What a service says to a connection pooler; to PgBouncer itself where it is installed (`npm run test:pgbouncer`). */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, repositoryRoot } from '@px0/local-platform';
import { migrate } from '@px0/service-kit';
import {
  eventually,
  execute,
  pgbouncerRefusal,
  refuse,
  TcpProxy,
  type TestDatabase,
  temporaryFolder,
  testDatabase,
} from '@px0/testing';
import { afterEach, describe, expect, it } from 'vitest';

const isAskedFor = process.env['PX0_LONG_TESTS'] === '1';
const hasPgbouncer = spawnSync('pgbouncer', ['--version']).status === 0;
/** PgBouncer refuses to run as root. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

const SETTINGS = 'options,statement_timeout,idle_in_transaction_session_timeout';
const modes = ['session', 'transaction', 'statement'] as const;

const running: ChildProcess[] = [];
const databases: TestDatabase[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const child of running.splice(0)) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  for (const database of databases.splice(0)) await database.drop();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** The address of a PgBouncer before a new database. */
async function pgbouncer(
  mode: (typeof modes)[number],
  { ignored = '', inDatabase = [] }: { ignored?: string; inDatabase?: readonly string[] } = {},
): Promise<string> {
  const database = await testDatabase();
  databases.push(database);
  const url = new URL(database.url);
  const name = url.pathname.slice(1);
  for (const setting of inDatabase) await execute(database.url, `alter database ${name} set ${setting}`);
  const folder = await temporaryFolder('pgbouncer');
  folders.push(folder);
  await chmod(folder, 0o755);
  const port = await freePort();
  const file = join(folder, 'pgbouncer.ini');
  await writeFile(
    file,
    [
      '[databases]',
      `px0 = host=${url.hostname} port=${url.port} dbname=${name} user=${url.username} password=${url.password}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = any',
      `pool_mode = ${mode}`,
      'default_pool_size = 5',
      `ignore_startup_parameters = ${ignored}`,
      '',
    ].join('\n'),
  );
  const child = spawn('pgbouncer', [file], { stdio: ['ignore', 'ignore', 'pipe'], ...nobody });
  running.push(child);
  let log = '';
  child.stderr?.on('data', (piece) => {
    log += String(piece);
  });
  await eventually(() => log.includes('process up') || child.exitCode !== null, { what: 'PgBouncer' });
  expect(log).toContain('process up');
  return `postgres://px0@127.0.0.1:${port}/px0`;
}

/** The sentence by which a start ends, or that it goes on. */
async function startOn(url: string): Promise<string> {
  const directory = join(repositoryRoot, 'services/tenancy/prisma/migrations');
  return await migrate({ connectionString: url, schema: 'tenancy', directory, waitMs: 60_000 }).then(
    () => 'starts',
    String,
  );
}

describe('a service whose DATABASE_URL leads to a pooler', () => {
  it('ends with exit code 1, one sentence for people, one line in the log, and no password in either', async () => {
    const password = 'hunter2';
    const pooler = await TcpProxy.start(1, { accept: (client) => refuse(client, pgbouncerRefusal) });
    try {
      const child = spawn(process.execPath, [join('src', 'main.ts')], {
        cwd: join(repositoryRoot, 'services', 'identity'),
        env: {
          PATH: process.env['PATH'],
          NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
          DATABASE_URL: `postgres://someone:${password}@127.0.0.1:${pooler.port}/px0`,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      running.push(child);
      let [log, words] = ['', ''];
      child.stdout.on('data', (piece) => {
        log += String(piece);
      });
      child.stderr.on('data', (piece) => {
        words += String(piece);
      });
      const [code] = await once(child, 'close');
      const sentence =
        'DATABASE_URL leads to a connection pooler: it refuses px0’s settings (unsupported startup parameter: statement_timeout). px0 needs the address of Postgres itself, without a pooler and without options of its own; see docs/operations/postgres.md.';
      expect([code, words]).toEqual([1, `px0 identity: ${sentence}\n`]);
      const lines: { level: string; reason?: string }[] = log
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(lines.filter(({ level }) => level !== 'info')).toEqual([
        expect.objectContaining({ level: 'fatal', msg: 'cannot start', reason: sentence }),
      ]);
      expect(log).not.toMatch(new RegExp(`${password}|waiting for Postgres`));
    } finally {
      await pooler.close();
    }
  });
});

describe.skipIf(!hasPgbouncer && !isAskedFor)('PgBouncer', () => {
  it.each(modes)('in %s mode refuses px0’s settings, which ends the start', async (mode) => {
    expect(await startOn(await pgbouncer(mode))).toContain(
      'DATABASE_URL leads to a connection pooler: it refuses px0’s settings (unsupported startup parameter: ',
    );
  });

  it.each(modes)('in %s mode, told to ignore the settings, is found out', async (mode) => {
    expect(await startOn(await pgbouncer(mode, { ignored: SETTINGS }))).toContain(
      'DATABASE_URL leads to a connection pooler: the session’s search_path is "$user", public',
    );
  });

  const inDatabase = [
    'search_path = tenancy',
    "statement_timeout = '10s'",
    "idle_in_transaction_session_timeout = '30s'",
  ];

  it.each(['transaction', 'statement'] as const)(
    'in %s mode, with the settings in the database, is found out by its shared sessions',
    async (mode) => {
      expect(await startOn(await pgbouncer(mode, { ignored: SETTINGS, inDatabase }))).toContain(
        'DATABASE_URL leads to a connection pooler: several clients share a session',
      );
    },
  );

  it('in session mode, with the settings in the database, does no harm', async () => {
    expect(await startOn(await pgbouncer('session', { ignored: SETTINGS, inDatabase }))).toBe('starts');
  });
});
