/** `npm run test:chaos`: no promise is broken while processes are killed and connections cut, by seed. Its options are those of `seeds.ts`. */
import { startTestPlatformWithServers } from '@px0/testing/servers';
import { line } from './checker.ts';
import { replicas, runSeed, singleServers, summary } from './run-seed.ts';
import { playSeeds } from './seeds.ts';

await playSeeds({
  name: 'seed',
  start: () => startTestPlatformWithServers({ replicas, longestRestartDelayMs: 500 }),
  play: async (platform, seed) => {
    const run = await runSeed(platform, seed, singleServers(platform));
    const record = [`began at ${run.beganAt}`, ...run.history.map(line)];
    return { seed, summary: summary(run), report: run.report, record };
  },
});
