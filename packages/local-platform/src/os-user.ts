/** Postgres refuses to run as root. For root, the server therefore runs as its own system user, `px0`. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PlatformError } from './platform-error.ts';

const run = promisify(execFile);
const userName = 'px0';

export interface OsUser {
  readonly uid: number;
  readonly gid: number;
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The ids of the `px0` system user; creates the user if it does not exist. Only root may call this. */
export async function serverUser(): Promise<OsUser> {
  const known = await lookUp();
  if (known) return known;
  try {
    await run('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      userName,
    ]);
  } catch {
    // Another process may have created it in the meantime; the look-up below decides.
  }
  const created = await lookUp();
  if (created) return created;
  throw new PlatformError(
    `Postgres does not run as root, and px0 could not create the system user "${userName}"; create it, or run px0 as a regular user.`,
  );
}

async function lookUp(): Promise<OsUser | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', userName]), run('id', ['-g', userName])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

/** Whether the user can access every folder on the path. Root always can, so this tries it as the user. */
export async function canReach(user: OsUser, path: string): Promise<boolean> {
  try {
    await run('/bin/sh', ['-c', 'test -e "$0"', path], { cwd: '/', uid: user.uid, gid: user.gid });
    return true;
  } catch {
    return false;
  }
}
