/** promtool, from PATH or from Debian's package `prometheus`. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const INSTALL_TIMEOUT_MS = 300_000;

/** Runs promtool; what it says against the files is the error's text. */
export async function promtool(...parameters: readonly string[]): Promise<string> {
  const { stdout } = await run('promtool', [...parameters]);
  return stdout;
}

/** Whether there is one, installed first where that needs no password; else says in one line why its tests are skipped. */
export async function hasPromtool(): Promise<boolean> {
  if (await answers()) return true;
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await install().catch(() => undefined);
  if (await answers()) return true;
  process.stderr.write(
    'skipped: the Prometheus rules are not tested, since promtool is not on PATH (Debian: apt-get install prometheus)\n',
  );
  return false;
}

async function answers(): Promise<boolean> {
  return await run('promtool', ['--version']).then(
    () => true,
    () => false,
  );
}

async function install(): Promise<void> {
  // Debian would start the server at installation; only the tool is wanted.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const options = { env, timeout: INSTALL_TIMEOUT_MS };
  await run('apt-get', ['update', '-qq'], options).catch(() => undefined);
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'prometheus'], options);
}
