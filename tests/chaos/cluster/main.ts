/**
 * `npm run test:chaos:cluster`: no promise is broken while three NATS servers and two Postgres servers fail, take over from each other, and lose what
 * asynchronous replication loses, by seed. Its options are those of `../seeds.ts`.
 */
import { startTestPlatformOnClusters } from '@px0/testing/servers';
import { tool } from '../../../deploy/checks/tools.ts';
import { line } from '../checker.ts';
import { replicas, runSeed, summary } from '../run-seed.ts';
import { playSeeds } from '../seeds.ts';
import { clusters } from './run.ts';

await playSeeds({
  name: 'cluster',
  start: async () =>
    startTestPlatformOnClusters(await tool('nats-server'), { replicas, longestRestartDelayMs: 500 }),
  play: async (platform, seed) => {
    const run = await runSeed(platform, seed, clusters(platform));
    const record = [`began at ${run.beganAt}`, ...run.history.map(line)];
    return { seed, summary: summary(run), report: run.report, record };
  },
});
