/**
 * `npm run record:answers`: asks the build before 2,000 requests and writes what it answered to `answers.jsonl`, which
 * `recording.e2e.test.ts` compares with what this build answers. To be run once for each release, when the build before changes.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, startPlatform } from '@px0/local-platform';
import { temporaryFolder } from '@px0/testing/servers';
import { buildBefore } from '../upgrade/build-before.ts';
import { record } from './plan.ts';
import { replay, writeRecording } from './recording.ts';
import { environment, setStage } from './stage.ts';

const SEED = 1;

const build = await buildBefore();
if (typeof build === 'string') throw new Error(build);

/** The stage on a new platform of the build before. */
async function onNewPlatform<T>(
  servicesFolder: string,
  use: (stage: Awaited<ReturnType<typeof setStage>>) => Promise<T>,
): Promise<T> {
  const home = await temporaryFolder('recording');
  const env = { ...process.env, ...environment };
  const platform = await startPlatform({ home, port: await freePort(), env, servicesFolder });
  try {
    return await use(await setStage(platform.gatewayUrl));
  } finally {
    await platform.stop();
    await rm(home, { recursive: true, force: true });
  }
}

const servicesFolder = join(build.folder, 'services');
const lines = await onNewPlatform(servicesFolder, (stage) => record(stage, SEED));
// What the same build answers otherwise a second time is no property of the build.
const differences = await onNewPlatform(servicesFolder, (stage) => replay(lines, stage));
if (differences.length > 0) throw new Error(`not the same twice: ${JSON.stringify(differences, null, 2)}`);
await writeRecording(lines);
process.stdout.write(`${lines.length} answers recorded\n`);
