/** Programs of Prometheus, from PATH or from Debian's packages. */
import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const INSTALL_TIMEOUT_MS = 300_000;

/** The program, and Debian's package with it. */
const packages = {
  promtool: 'prometheus',
  prometheus: 'prometheus',
  'prometheus-postgres-exporter': 'prometheus-postgres-exporter',
  amtool: 'prometheus-alertmanager',
  'prometheus-alertmanager': 'prometheus-alertmanager',
} as const;

export type DebianTool = keyof typeof packages;

/** Runs a program to its end; what it says against its input is the error's text. */
export async function runTool(tool: DebianTool, ...parameters: readonly string[]): Promise<string> {
  const { stdout } = await run(tool, [...parameters]);
  return stdout;
}

/** Starts a program that goes on until it is ended. */
export function startTool(
  tool: DebianTool,
  parameters: readonly string[],
  options: SpawnOptions = { stdio: 'ignore' },
): ChildProcess {
  return spawn(tool, [...parameters], options);
}

/** Whether the program is there, installed first where that needs no password; else says in one line why its tests are skipped. */
export async function hasTool(tool: DebianTool): Promise<boolean> {
  if (await answers(tool)) return true;
  const name = packages[tool];
  if (process.getuid?.() === 0) await install(name).catch(() => undefined);
  if (await answers(tool)) return true;
  process.stderr.write(`skipped: ${tool} is not on PATH (Debian: apt-get install ${name})\n`);
  return false;
}

async function answers(tool: DebianTool): Promise<boolean> {
  return await run(tool, ['--version']).then(
    () => true,
    () => false,
  );
}

async function install(name: string): Promise<void> {
  // Debian would start the server at installation; only the program is wanted.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const lock = ['-o', 'DPkg::Lock::Timeout=120'];
  const options = { env, timeout: INSTALL_TIMEOUT_MS };
  await run('apt-get', [...lock, 'update', '-qq'], options).catch(() => undefined);
  await run('apt-get', [...lock, 'install', '-y', '-qq', '--no-install-recommends', name], options);
}
