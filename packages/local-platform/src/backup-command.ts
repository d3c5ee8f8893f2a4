/**
 * `npm run backup -- FOLDER` and `npm run restore -- FOLDER`, for the servers in `DATABASE_URL` and `NATS_URL` or else for the
 * installation in PX0_HOME. That installation may run during a backup, but not during a restore.
 */
import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { deleteStreams, restoreBackup, writeBackup } from '@px0/backup';
import { loadConfig, streamVariables } from '@px0/service-kit';
import { z } from 'zod';
import { Home } from './home.ts';
import { type LauncherConfig, loadLauncherConfig } from './launcher-config.ts';
import { PlatformError } from './platform-error.ts';
import { startPostgres } from './postgres.ts';
import { repositoryRoot } from './repository.ts';
import { homeFolder } from './start-command.ts';
import { Terminal } from './terminal.ts';

const runFile = z.object({ servers: z.object({ postgres: z.object({ url: z.string() }) }) });

/** Returns the exit code. */
export async function backupCommand(folder: string): Promise<number> {
  const terminal = new Terminal(process.stdout);
  const config = loadLauncherConfig(process.env);
  const home = new Home(homeFolder(config));
  const running = config.DATABASE_URL ?? (await runningDatabase(home));
  const target = resolve(folder);
  const { rows, tables } =
    running === undefined
      ? await withEmbeddedPostgres(home, (url) => writeBackup(url, target))
      : await writeBackup(running, target);
  terminal.say(`saved ${rows} rows of ${tables} tables to ${target}`);
  return 0;
}

export interface RestoreFlags {
  readonly replace: boolean;
}

/** Returns the exit code. */
export async function restoreCommand(folder: string, { replace }: RestoreFlags): Promise<number> {
  const terminal = new Terminal(process.stdout);
  const config = loadLauncherConfig(process.env);
  const home = new Home(homeFolder(config));
  if (config.DATABASE_URL === undefined && (await runningDatabase(home)) !== undefined) {
    throw new PlatformError(`px0 is running on ${home.folder}; stop it before you restore.`);
  }
  const restore = (databaseUrl: string) =>
    restoreBackup({
      databaseUrl,
      folder: resolve(folder),
      servicesFolder: join(repositoryRoot, 'services'),
      replace,
      forgetStreams: () => forgetStreams(config, home),
    });
  const { rows, takenAt } =
    config.DATABASE_URL === undefined
      ? await withEmbeddedPostgres(home, restore)
      : await restore(config.DATABASE_URL);
  terminal.say(`restored ${rows} rows as of ${takenAt}. All sessions have ended.`);
  terminal.say(
    'Keys, members and prompts that were revoked, removed or archived since then are active again: check them.',
  );
  return 0;
}

/** Deletes the streams, which may hold events later than the backup. An embedded NATS that is stopped keeps them as files. */
async function forgetStreams({ NATS_URL }: LauncherConfig, home: Home): Promise<void> {
  if (NATS_URL === undefined) {
    await rm(home.nats, { recursive: true, force: true });
    return;
  }
  const { PX0_STREAM_PREFIX } = loadConfig(
    z.object({ PX0_STREAM_PREFIX: streamVariables.PX0_STREAM_PREFIX }),
  );
  await deleteStreams(NATS_URL.join(','), PX0_STREAM_PREFIX);
}

async function runningDatabase(home: Home): Promise<string | undefined> {
  const text = await readFile(home.runFile, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : runFile.parse(JSON.parse(text)).servers.postgres.url;
}

async function withEmbeddedPostgres<T>(home: Home, run: (url: string) => Promise<T>): Promise<T> {
  await home.claim();
  try {
    const postgres = await startPostgres({
      dataDir: home.postgres,
      logFile: await home.rotateLog('postgres'),
    });
    try {
      return await run(postgres.url);
    } finally {
      await postgres.stop();
    }
  } finally {
    await home.release();
  }
}
