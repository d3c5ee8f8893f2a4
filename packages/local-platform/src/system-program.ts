/** Finds a program on PATH, or installs it with the system's package manager if that needs no input and no password. */
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { isRoot } from './os-user.ts';
import { PlatformError } from './platform-error.ts';

const run = promisify(execFile);
const installTimeoutMs = 300_000;

export interface SystemProgram {
  /** The names under which it may be installed, in order of preference. */
  readonly names: readonly string[];
  /** Its package in each package manager; one that is not listed is not used. */
  readonly packages: Readonly<Partial<Record<PackageManagerName, string>>>;
  /** What the user has to do if it cannot be installed: the end of a sentence. */
  readonly byHand: string;
}

type PackageManagerName = 'apt-get' | 'apk' | 'brew';

interface PackageManager {
  readonly command: PackageManagerName;
  readonly needsRoot: boolean;
  readonly steps: (name: string) => readonly (readonly string[])[];
}

const packageManagers: readonly PackageManager[] = [
  {
    command: 'apt-get',
    needsRoot: true,
    steps: (name) => [
      ['update', '-qq'],
      ['install', '-y', '-qq', '--no-install-recommends', name],
    ],
  },
  { command: 'apk', needsRoot: true, steps: (name) => [['add', '--no-cache', '--quiet', name]] },
  { command: 'brew', needsRoot: false, steps: (name) => [['install', '--quiet', name]] },
];

/** Debian puts servers into /usr/sbin, which is not always on a regular user's PATH. */
const moreFolders = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

/** The path of the program. @throws PlatformError that says what to do if it cannot be found or installed */
export async function systemProgram(
  program: SystemProgram,
  log?: (progress: string) => void,
): Promise<string> {
  const found = await findProgram(program);
  if (found) return found;
  const manager = await usablePackageManager(program);
  const packageName = manager && program.packages[manager.command];
  if (!manager || !packageName) throw missing(program);
  log?.(`installing ${packageName} with ${manager.command}`);
  for (const step of manager.steps(packageName)) {
    try {
      await run(manager.command, [...step], {
        timeout: installTimeoutMs,
        env: {
          ...process.env,
          DEBIAN_FRONTEND: 'noninteractive',
          HOMEBREW_NO_AUTO_UPDATE: '1',
          // Keeps Debian from starting the server at installation.
          RUNLEVEL: '1',
        },
      });
    } catch (error) {
      // A failed index update (e.g. one broken source among many) does not mean that the package is unavailable.
      if (step[0] === 'update') continue;
      throw new PlatformError(`${manager.command} could not install ${packageName}; ${program.byHand}.`, {
        cause: error,
      });
    }
  }
  const installed = await findProgram(program);
  if (!installed) throw missing(program);
  return installed;
}

async function usablePackageManager({ packages }: SystemProgram): Promise<PackageManager | undefined> {
  for (const manager of packageManagers) {
    if (packages[manager.command] === undefined) continue;
    // Homebrew refuses root; the others require it.
    if (manager.needsRoot === isRoot() && (await findOnPath(manager.command))) return manager;
  }
  return undefined;
}

function missing({ names, byHand }: SystemProgram): PlatformError {
  return new PlatformError(`px0 needs ${names[0]}, which is not on PATH: ${byHand}.`);
}

async function findProgram({ names }: SystemProgram): Promise<string | undefined> {
  for (const name of names) {
    const file = await findOnPath(name);
    if (file !== undefined) return file;
  }
  return undefined;
}

async function findOnPath(name: string): Promise<string | undefined> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...moreFolders];
  for (const folder of folders) {
    const file = join(folder || '.', name);
    try {
      await access(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}
