/** Finds nats-server on PATH, or installs it with the system's package manager when that needs no question and no password. */
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { isRoot } from './os-user.ts';
import { PlatformError } from './platform-error.ts';

const run = promisify(execFile);
const installTimeoutMs = 300_000;

interface PackageManager {
  readonly command: string;
  readonly needsRoot: boolean;
  readonly steps: readonly (readonly string[])[];
}

const packageManagers: readonly PackageManager[] = [
  {
    command: 'apt-get',
    needsRoot: true,
    steps: [
      ['update', '-qq'],
      ['install', '-y', '-qq', '--no-install-recommends', 'nats-server'],
    ],
  },
  { command: 'apk', needsRoot: true, steps: [['add', '--no-cache', '--quiet', 'nats-server']] },
  { command: 'brew', needsRoot: false, steps: [['install', '--quiet', 'nats-server']] },
];

/** Debian puts servers into /usr/sbin, which an ordinary user's PATH does not always name. */
const serverFolders = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

export async function natsServerBinary(log?: (progress: string) => void): Promise<string> {
  const found = await findOnPath('nats-server');
  if (found) return found;
  const manager = await usablePackageManager();
  if (!manager) throw new PlatformError(await whatToDo());
  log?.(`installing nats-server with ${manager.command}`);
  for (const step of manager.steps) {
    try {
      await run(manager.command, [...step], {
        timeout: installTimeoutMs,
        env: {
          ...process.env,
          DEBIAN_FRONTEND: 'noninteractive',
          HOMEBREW_NO_AUTO_UPDATE: '1',
          // Debian would start a server of its own at installation; nobody asked for that one.
          RUNLEVEL: '1',
        },
      });
    } catch (error) {
      // A failed index update (one broken source among many) does not mean that the package cannot be had.
      if (step[0] === 'update') continue;
      throw new PlatformError(
        `${manager.command} could not install nats-server; install it by hand (https://nats.io/download) or set NATS_URL to a server of yours.`,
        { cause: error },
      );
    }
  }
  const installed = await findOnPath('nats-server');
  if (!installed) throw new PlatformError(await whatToDo());
  return installed;
}

async function usablePackageManager(): Promise<PackageManager | undefined> {
  for (const manager of packageManagers) {
    // Homebrew refuses root; the others need it.
    if (manager.needsRoot === isRoot() && (await findOnPath(manager.command))) return manager;
  }
  return undefined;
}

async function whatToDo(): Promise<string> {
  const byHand = (await findOnPath('apt-get'))
    ? ' (sudo apt-get install nats-server)'
    : ' (https://nats.io/download)';
  return `px0 needs nats-server, which is not on PATH: install it${byHand}, or set NATS_URL to a server of yours.`;
}

async function findOnPath(name: string): Promise<string | undefined> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...serverFolders];
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
