/**
 * Which process took which port, as files that name the process: a port is free until its server listens, seconds after it was chosen, and
 * another process would choose it meanwhile. A claim ends with its process.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

const defaultFolder = join(tmpdir(), `px0-ports-${userInfo().username}`);

/** Whether this process has the port from now on. A claim that its process left behind is removed, for the next attempt. */
export async function claimPort(port: number, folder = defaultFolder): Promise<boolean> {
  await mkdir(folder, { recursive: true });
  const claim = join(folder, String(port));
  try {
    await writeFile(claim, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const owner = Number(await readFile(claim, 'utf8').catch(() => ''));
  if (owner > 0 && !isAlive(owner)) await rm(claim, { force: true });
  return false;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user is alive, too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
