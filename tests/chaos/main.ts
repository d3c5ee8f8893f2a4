/**
 * `npm run test:chaos -- --seeds N --from S`: runs of seeds S to S+N-1, one after the other on a platform that they share, whose processes
 * are killed and whose connections are cut in each. It ends with the first seed that breaks a promise, unless told to `--go-on`, and leaves
 * that one's whole history and the services' logs in `.px0/chaos`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startTestPlatformWithServers } from '@px0/testing/servers';
import { line } from './checker.ts';
import { type Run, replicas, runSeed, summary } from './run-seed.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    from: { type: 'string', default: '1' },
    'go-on': { type: 'boolean', default: false },
  },
});
const first = Number(values.from);
const count = Number(values.seeds);
if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count) || count < 1) {
  throw new Error('--seeds and --from are whole numbers');
}

/** What is left by earlier runs is checked along with a run, and makes each new epoch longer: after so many it begins anew. */
const RUNS_OF_A_PLATFORM = 20;

const LOG_LINES = 20_000;
const kept = join(import.meta.dirname, '..', '..', '.px0', 'chaos');

async function keep({ seed, beganAt, history }: Run, logs: string): Promise<void> {
  await mkdir(kept, { recursive: true });
  const lines = [`began at ${beganAt}`, ...history.map(line)];
  await writeFile(join(kept, `seed-${seed}-history.txt`), `${lines.join('\n')}\n`);
  await writeFile(join(kept, `seed-${seed}-services.log`), logs);
  process.stdout.write(`history and logs of seed ${seed} are in ${kept}\n`);
}

let broken = 0;
let done = 0;
let requests = 0;
const last = first + count - 1;
for (let from = first; from <= last && (broken === 0 || values['go-on']); from += RUNS_OF_A_PLATFORM) {
  const platform = await startTestPlatformWithServers({ replicas, longestRestartDelayMs: 500 });
  try {
    for (let seed = from; seed <= Math.min(last, from + RUNS_OF_A_PLATFORM - 1); seed += 1) {
      const run = await runSeed(platform, seed);
      done += 1;
      requests += run.operations;
      process.stdout.write(`${summary(run)}\n`);
      if (run.violations.length === 0) continue;
      broken += 1;
      process.stdout.write(`${run.report}\n`);
      await keep(run, await platform.logs(LOG_LINES));
      if (!values['go-on']) break;
    }
  } finally {
    await platform.stop();
  }
}
process.stdout.write(`${done} seeds, ${requests} requests, ${broken} seeds with a violation\n`);
process.exitCode = broken === 0 ? 0 : 1;
