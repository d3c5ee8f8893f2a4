/**
 * A folder that a command builds from files of the repository, such as the console's. Each build has its own folder, named after
 * the hash of its inputs and moved into place by one rename: it is complete or absent, a running server keeps the one
 * that it serves, and two processes that build at once do no harm.
 *
 * Build output in git drifts, and people forget a separate build step. `npm start` and a dozen test files may want the same build at the same
 * time, so a lock lets a second process wait instead of building too; a lock whose holder is gone is ignored. The three builds used last
 * are kept besides the present one, so an older commit may need no build at all. List all inputs: a change of any other file that the build
 * reads goes unnoticed.
 */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlatformError } from './platform-error.ts';
import { processState } from './processes.ts';

export interface BuiltFolderOptions {
  /** What is built, for messages, e.g. `the console`. */
  readonly name: string;
  /** The folder that the paths are relative to. */
  readonly root: string;
  /** Files and folders, relative to the root, on which the result depends. */
  readonly inputs: readonly string[];
  /** Paths below the inputs that do not affect the result. */
  readonly ignore?: RegExp;
  /** The folder for the builds, relative to the root. Not in Git. */
  readonly builds: string;
  /** The program and its arguments; `output` is the folder that it must fill. */
  readonly command: (output: string) => readonly [string, ...string[]];
  readonly env?: NodeJS.ProcessEnv;
  /** Wraps a build, to show that it takes a while. Not called if the build already exists. */
  readonly step?: <T>(text: string, run: () => Promise<T>) => Promise<T>;
}

/** Never an input: files that other tools write next to the sources. */
const alwaysIgnored = /(?:^|\/)(?:node_modules|dist|\.vite)(?:\/|$)/;
/** The number of older builds to keep, because running servers may serve them. */
const keptBuilds = 3;
const lookAgainMs = 200;

/** The path of the build of the current inputs; builds it if it does not exist. */
export async function builtFolder(options: BuiltFolderOptions): Promise<string> {
  const builds = join(options.root, options.builds);
  const folder = join(builds, await hashOf(options));
  if (!(await isThere(folder))) {
    const { step = (_text, run) => run() } = options;
    await mkdir(builds, { recursive: true });
    await step(`building ${options.name}`, () => buildOnce(options, builds, folder));
    await removeOldBuilds(builds, folder);
  }
  // Marks it as used; the least recently used builds are removed.
  const now = new Date();
  await utimes(folder, now, now);
  return folder;
}

/** A second process waits for the first. The lock only saves work; the rename makes it safe. */
async function buildOnce(options: BuiltFolderOptions, builds: string, folder: string): Promise<void> {
  const lock = `${folder}.lock`;
  while (!(await takeLock(lock))) {
    await sleep(lookAgainMs);
    if (await isThere(folder)) return;
  }
  const output = join(builds, `.new-${randomBytes(6).toString('hex')}`);
  try {
    await run(options, output);
    await moveInto(output, folder);
  } finally {
    await rm(output, { recursive: true, force: true });
    await rm(lock, { force: true });
  }
}

async function takeLock(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  }
  const holder = Number(await readFile(lock, 'utf8').catch(() => ''));
  // An empty lock is being written at this moment.
  const isHeld = holder === 0 || (await processState(holder)) !== undefined;
  if (!isHeld) await rm(lock, { force: true });
  return false;
}

async function moveInto(output: string, folder: string): Promise<void> {
  try {
    await rename(output, folder);
  } catch (error) {
    // Another process that did not see the lock was faster. Both built the same.
    if (!isCode(error, 'ENOTEMPTY') && !isCode(error, 'EEXIST')) throw error;
  }
}

async function run({ name, root, command, env }: BuiltFolderOptions, output: string): Promise<void> {
  const [program, ...args] = command(output);
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new PlatformError(`Building ${name} failed:\n${said.trim()}`);
}

async function removeOldBuilds(builds: string, present: string): Promise<void> {
  const all = await readdir(builds, { withFileTypes: true });
  const others = await Promise.all(
    all
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(async ({ name }) => {
        const folder = join(builds, name);
        // Another process may be removing it as well.
        const usedAt = await stat(folder).then(
          ({ mtimeMs }) => mtimeMs,
          () => 0,
        );
        return { folder, usedAt };
      }),
  );
  const old = others
    .filter(({ folder }) => folder !== present)
    .toSorted((a, b) => b.usedAt - a.usedAt)
    .slice(keptBuilds);
  await Promise.all(old.map(({ folder }) => rm(folder, { recursive: true, force: true })));
}

async function hashOf({ root, inputs, ignore, command, env }: BuiltFolderOptions): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([command(''), env]));
  const files = (await Promise.all(inputs.map((input) => filesIn(join(root, input))))).flat();
  const paths = files
    .map((file) => relative(root, file))
    .filter((path) => !alwaysIgnored.test(path) && ignore?.test(path) !== true)
    .toSorted();
  for (const path of paths) {
    hash.update(`\0${path}\0`);
    for await (const chunk of createReadStream(join(root, path))) hash.update(chunk);
  }
  return hash.digest('hex').slice(0, 16);
}

/** Throws if the input does not exist: a renamed one would silently stop being an input. */
async function filesIn(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function isThere(folder: string): Promise<boolean> {
  return await stat(folder).then(
    () => true,
    () => false,
  );
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
