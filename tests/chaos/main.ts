/**
 * `npm run test:chaos -- --seeds N --from S`: runs of seeds S to S+N-1, one after the other on one platform, whose processes are killed
 * and whose connections are cut in each. It ends with the first seed that breaks a promise, unless told to `--go-on`.
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

const platform = await startTestPlatformWithServers({ replicas, longestRestartDelayMs: 500 });
let broken = 0;
let done = 0;
let requests = 0;
try {
  for (let seed = first; seed < first + count && (broken === 0 || values['go-on']); seed += 1) {
    const run = await runSeed(platform, seed);
    done += 1;
    requests += run.operations;
    process.stdout.write(`${summary(run)}\n`);
    if (run.violations.length === 0) continue;
    broken += 1;
    process.stdout.write(`${run.report}\n`);
  }
} finally {
  await platform.stop();
}
process.stdout.write(`${done} seeds, ${requests} requests, ${broken} seeds with a violation\n`);
process.exitCode = broken === 0 ? 0 : 1;
