/**
 * The folder with everything that an installation keeps (`PX0_HOME`). At most one launcher uses it at a time. The next launcher
 * finds and ends whatever a killed launcher left running.
 */
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { PlatformError } from './platform-error.ts';
import { postgresFolders } from './postgres.ts';
import { endProcess, startTimeOf } from './processes.ts';

const leftoverTimeoutMs = 15_000;
const largestLogBytes = 20 * 1024 * 1024;

const processRecord = z.object({ pid: z.number().int(), started: z.string() });
const launcherRecord = processRecord.extend({ children: z.array(processRecord).default([]) });
type LauncherRecord = z.infer<typeof launcherRecord>;

export class Home {
  readonly folder: string;
  #released = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(folder: string) {
    this.folder = resolve(folder);
  }

  get postgres(): string {
    return join(this.folder, 'postgres');
  }

  get nats(): string {
    return join(this.folder, 'nats');
  }

  get runFile(): string {
    return join(this.folder, 'run.json');
  }

  get sampleFile(): string {
    return join(this.folder, 'sample.json');
  }

  get logs(): string {
    return join(this.folder, 'logs');
  }

  logFile(name: string): string {
    return join(this.logs, `${name}.log`);
  }

  get #secretFile(): string {
    return join(this.folder, 'secret-key');
  }

  get #launcherFile(): string {
    return join(this.folder, 'launcher.json');
  }

  /**
   * Claims the folder for this process, and ends whatever a killed launcher left running.
   *
   * @throws PlatformError if the folder is not writable, or another launcher uses it
   */
  async claim(): Promise<void> {
    try {
      await mkdir(this.logs, { recursive: true });
      await writeFile(join(this.folder, '.writable'), '');
      await rm(join(this.folder, '.writable'));
    } catch (error) {
      throw new PlatformError(
        `px0 cannot write to ${this.folder} (${codeOf(error)}); set PX0_HOME to a writable folder.`,
        { cause: error },
      );
    }
    await this.#takeLock();
  }

  /**
   * The secret from which identity derives its keys: random, created once, in a file that only its owner can read.
   */
  async secretKey(): Promise<string> {
    await writeFile(this.#secretFile, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' }).catch(
      (error: unknown) => {
        if (codeOf(error) !== 'EEXIST') throw error;
      },
    );
    return (await readFile(this.#secretFile, 'utf8')).trim();
  }

  /**
   * Records the children's pids, for the next launcher in case this one is killed, and replaces `run.json`. Writes are sequential,
   * and none happens after the release.
   */
  record(children: readonly number[], run: unknown): Promise<void> {
    this.#writing = this.#writing
      .catch(() => undefined)
      .then(async () => {
        if (this.#released) return;
        await this.#writeLauncher(children);
        // It holds the database's password.
        if (run !== undefined) await replaceFile(this.runFile, `${JSON.stringify(run, null, 2)}\n`, 0o600);
      });
    return this.#writing;
  }

  /** Call this when the platform starts to stop, and is no longer complete. */
  removeRun(): Promise<void> {
    this.#writing = this.#writing.catch(() => undefined).then(() => rm(this.runFile, { force: true }));
    return this.#writing;
  }

  /** Releases the folder. */
  async release(): Promise<void> {
    this.#released = true;
    await this.#writing.catch(() => undefined);
    await rm(this.#launcherFile, { force: true });
  }

  /** Starts a new log if the current one is large, and keeps that one next to it. */
  async rotateLog(name: string): Promise<string> {
    const file = this.logFile(name);
    const size = await stat(file).then(
      (found) => found.size,
      () => 0,
    );
    if (size > largestLogBytes) await rename(file, `${file}.1`);
    return file;
  }

  /**
   * Deletes what px0 has put into the folder, and nothing else: PX0_HOME may be a home directory.
   *
   * @throws PlatformError while a launcher uses the folder
   */
  async wipe(): Promise<void> {
    const launcher = await this.#readLauncher();
    if (launcher && (await isAlive(launcher))) throw new PlatformError(inUse(this.folder, launcher.pid));
    if (launcher) await endLeftovers(launcher);
    const files = [
      this.runFile,
      this.#launcherFile,
      this.#secretFile,
      this.sampleFile,
      this.nats,
      `${this.nats}.conf`,
    ];
    const clusters = postgresFolders(this.postgres).flatMap((path) => [
      path,
      `${path}.password`,
      `${path}.new`,
    ]);
    for (const path of [...clusters, ...files, this.logs, join(this.folder, 'install.log')]) {
      await rm(path, { recursive: true, force: true });
    }
    // The folder itself, and the one that replaced it for root, if they are empty.
    const folders = new Set([this.folder, ...postgresFolders(this.postgres).map(dirname)]);
    for (const folder of folders) await rmdir(folder).catch(() => undefined);
  }

  async exists(): Promise<boolean> {
    return await stat(this.folder).then(
      () => true,
      () => false,
    );
  }

  async #takeLock(): Promise<void> {
    // Written under another name and then linked, so that a lock always names its holder.
    const draft = `${this.#launcherFile}.${process.pid}`;
    await writeFile(draft, JSON.stringify(await identify(process.pid)), { mode: 0o600 });
    try {
      while (!(await linked(draft, this.#launcherFile))) await this.#endFormer();
    } finally {
      await rm(draft, { force: true });
    }
  }

  async #endFormer(): Promise<void> {
    const former = await this.#readLauncher();
    if (former && (await isAlive(former))) throw new PlatformError(inUse(this.folder, former.pid));
    if (former) await endLeftovers(former);
    await rm(this.runFile, { force: true });
    await rm(this.#launcherFile, { force: true });
  }

  async #writeLauncher(children: readonly number[]): Promise<void> {
    const record: LauncherRecord = {
      ...(await identify(process.pid)),
      children: await Promise.all(children.map(identify)),
    };
    await replaceFile(this.#launcherFile, JSON.stringify(record), 0o600);
  }

  async #readLauncher(): Promise<LauncherRecord | undefined> {
    try {
      return launcherRecord.parse(JSON.parse(await readFile(this.#launcherFile, 'utf8')));
    } catch {
      return undefined;
    }
  }
}

/** A pid with the start time of its process, because pids are reused. */
async function identify(pid: number): Promise<z.infer<typeof processRecord>> {
  return { pid, started: (await startTimeOf(pid)) ?? '' };
}

async function isAlive(record: z.infer<typeof processRecord>): Promise<boolean> {
  return record.started !== '' && (await startTimeOf(record.pid)) === record.started;
}

async function endLeftovers(launcher: LauncherRecord): Promise<void> {
  await Promise.all(
    launcher.children.map(async (child) => {
      if (await isAlive(child)) await endProcess(child.pid, 'SIGINT', leftoverTimeoutMs);
    }),
  );
}

function inUse(folder: string, pid: number): string {
  return `px0 is already running on ${folder} (process ${pid}); stop it first, or set PX0_HOME to another folder.`;
}

async function replaceFile(file: string, text: string, mode: number): Promise<void> {
  await writeFile(`${file}.new`, text, { mode });
  await rename(`${file}.new`, file);
}

/** False if the name is taken. */
async function linked(file: string, name: string): Promise<boolean> {
  try {
    await link(file, name);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
