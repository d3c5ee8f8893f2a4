/**
 * `npm run test:chaos -- --seeds N --from S`: runs of seeds S to S+N-1, one after the other on a platform that they share, whose processes
 * are killed and whose connections are cut in each. It ends with the first seed that breaks a promise, unless told to `--go-on`.
 */
import { parseArgs } from 'node:util';
import { startTestPlatformWithServers } from '@px0/testing/servers';
import { replicas, runSeed, summary } from './run-seed.ts';

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
      if (!values['go-on']) break;
    }
  } finally {
    await platform.stop();
  }
}
process.stdout.write(`${done} seeds, ${requests} requests, ${broken} seeds with a violation\n`);
process.exitCode = broken === 0 ? 0 : 1;
