/** What benchmarks need to run programs of the SDKs in Python and Go. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './program.ts';

const run = promisify(execFile);
const INSTALL_TIMEOUT_MS = 280_000;

/** A Python with the SDK and what its benchmarks compare it with. It is kept for the next run. */
export async function pythonEnvironment(): Promise<string> {
  const sdk = join(ROOT, 'packages/sdk-python');
  const environment = join(ROOT, '.px0/sdk-python-bench');
  const program = join(environment, 'bin/python');
  const installed = join(environment, 'installed');
  if (!existsSync(installed)) {
    await run('python3', ['-m', 'venv', '--clear', environment], { timeout: INSTALL_TIMEOUT_MS });
    const options = ['--quiet', '--disable-pip-version-check', '--editable', `${sdk}[bench]`];
    await run(program, ['-m', 'pip', 'install', ...options], { timeout: INSTALL_TIMEOUT_MS });
    await run('touch', [installed]);
  }
  return program;
}

/** Builds one of the Go SDK's own programs and returns its path. */
export async function goProgram(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'px0-bench-go-'));
  const program = join(folder, name);
  await run('go', ['build', '-buildvcs=false', '-o', program, `./internal/${name}`], {
    cwd: join(ROOT, 'packages/sdk-go'),
    timeout: INSTALL_TIMEOUT_MS,
  });
  return program;
}
