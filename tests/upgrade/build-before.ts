/**
 * The build before this one, from git: the release that people upgrade from and may have to go back to. Once a release is out, `COMMIT` is
 * the one before it.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';

/** Text versions only: no chats, model configuration, notes or folders. */
const COMMIT = '6d6e9ebd49e40fe9054df32e33e014df298c2cc7';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const builds = join(root, '.px0', 'builds');

/**
 * The folder of the build before, below `.px0/`, ready to start; or the sentence that says why there is none, such as in a clone without
 * its history.
 */
export async function buildBefore(): Promise<{ readonly folder: string } | string> {
  // It borrows installed packages, so another lockfile of ours means another folder.
  const ours = createHash('sha256').update(await readFile(join(root, 'package-lock.json')));
  const folder = join(builds, `${COMMIT.slice(0, 12)}-${ours.digest('hex').slice(0, 8)}`);
  if (existsSync(folder)) return { folder };
  try {
    await run('git', ['cat-file', '-e', `${COMMIT}^{commit}`], { cwd: root });
  } catch {
    return `commit ${COMMIT.slice(0, 12)} is not in this clone; fetch the whole history`;
  }
  await mkdir(builds, { recursive: true });
  const unfinished = await mkdtemp(join(builds, 'unfinished-'));
  try {
    await extract(unfinished);
    await link(unfinished);
    await rename(unfinished, folder).catch((error: unknown) => {
      // Another test file was faster; its copy is as good.
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  await removeOthers(folder);
  return { folder };
}

/** What an earlier lockfile, or an earlier build before, left. */
async function removeOthers(folder: string): Promise<void> {
  for (const name of await readdir(builds)) {
    const other = join(builds, name);
    if (other !== folder && !name.startsWith('unfinished-'))
      await rm(other, { recursive: true, force: true });
  }
}

async function extract(folder: string): Promise<void> {
  const archive = join(folder, 'build.tar');
  await run('git', ['archive', '--format=tar', '--output', archive, COMMIT], { cwd: root });
  await run('tar', ['-xf', archive, '-C', folder]);
  await rm(archive);
}

interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly link?: boolean;
  readonly resolved?: string;
}

async function lockfileOf(folder: string): Promise<Lockfile> {
  return JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8'));
}

/** Lends the build our installed packages where its lockfile wants the same ones, and otherwise installs its own. */
async function link(folder: string): Promise<void> {
  const [theirs, ours] = await Promise.all([lockfileOf(folder), lockfileOf(root)]);
  const differs = Object.entries(theirs.packages).some(
    ([path, { version, dev, optional, link: isOwn }]) =>
      path.includes('node_modules/') &&
      dev !== true &&
      optional !== true &&
      isOwn !== true &&
      ours.packages[path]?.version !== version,
  );
  if (differs) {
    const options = [
      '--no-save',
      '--ignore-scripts',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      '--omit=dev',
    ];
    // Not `npm ci`, which refuses a lockfile without some other platform's optional packages.
    await run('npm', ['install', ...options], { cwd: folder });
    return;
  }
  for (const [path, { link: isOwn, resolved = '' }] of Object.entries(theirs.packages)) {
    // The packages of the build itself.
    if (isOwn === true) await place(join(folder, path), join(folder, resolved));
  }
  for (const place of ['', ...workspacesOf(theirs)]) await lend(join(root, place), join(folder, place));
}

function workspacesOf({ packages }: Lockfile): string[] {
  return Object.keys(packages).filter((path) => path !== '' && !path.includes('node_modules/'));
}

/** Links to each installed package of one folder. */
async function lend(from: string, to: string): Promise<void> {
  const installed = await readdir(join(from, 'node_modules')).catch(() => []);
  for (const name of installed) {
    if (name.startsWith('.') || name === '@px0') continue;
    await place(join(to, 'node_modules', name), join(from, 'node_modules', name));
  }
}

async function place(at: string, target: string): Promise<void> {
  await mkdir(dirname(at), { recursive: true });
  await symlink(relative(dirname(at), target), at);
}
