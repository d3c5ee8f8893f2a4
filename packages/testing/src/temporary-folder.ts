/** Folders of throw-away servers. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder that root's Postgres user, too, can pass through: mkdtemp itself lets nobody else in. */
export async function temporaryFolder(purpose: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `px0-${purpose}-`));
  await chmod(folder, 0o755);
  return folder;
}

/** A folder for a block of code, which ends with it: `await using folder = await folderOfBlock('purpose')`. */
export async function folderOfBlock(purpose: string): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await temporaryFolder(purpose);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
