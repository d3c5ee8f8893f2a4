/** Releases of nats-server, built with Go into the folder for temporary files, each once. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The folder of a release's `nats-server`. @throws Error what Go said */
export async function natsFolder(release: string): Promise<string> {
  const folder = join(tmpdir(), `px0-nats-${release}`);
  if (existsSync(join(folder, 'nats-server'))) return folder;
  process.stdout.write(`px0: building nats-server ${release} with Go\n`);
  await promisify(execFile)('go', ['install', `github.com/nats-io/nats-server/v2@v${release}`], {
    env: { ...process.env, GOBIN: folder, GOFLAGS: '' },
  });
  return folder;
}
