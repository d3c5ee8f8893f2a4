/**
 * Runs the tests of readers and owners on each release of nats-server that px0 says it is tested on: `npm run test:nats-releases`, or with
 * `-- 2.9.25 2.15.1` on some. Go builds the servers, once, into the folder for temporary files.
 */
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { TESTED_NATS } from '@px0/event-bus/internal';
import { natsFolder } from './build.ts';

const root = join(import.meta.dirname, '..', '..');
const { positionals } = parseArgs({ allowPositionals: true });
const releases = positionals.length > 0 ? positionals : TESTED_NATS;

const results: string[] = [];
for (const release of releases) {
  const passed = await test(await natsFolder(release));
  results.push(`nats-server ${release}: ${passed ? 'passed' : 'FAILED'}`);
  if (!passed) process.exitCode = 1;
}
process.stdout.write(`\n${results.join('\n')}\n`);

/** With the long form of the test that interrupts readers. A Docker engine, if there is one, would bring a server of its own. */
async function test(folder: string): Promise<boolean> {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const projects = ['--project', 'event-bus', '--project', 'owner'];
  return await succeeds(process.execPath, [vitest, 'run', ...projects], {
    PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
    DOCKER_HOST: 'unix:///dev/null',
    PX0_LONG_TESTS: '1',
  });
}

function succeeds(command: string, args: readonly string[], env: Record<string, string>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code === 0));
  });
}
