/**
 * `npm run test:chaos:delivery`: applications in three languages keep their promises while everything fails, by seed. Its options are those of
 * `../seeds.ts`.
 */
import { rm } from 'node:fs/promises';
import { startTestPlatformWithServers, temporaryFolder } from '@px0/testing/servers';
import { renderingApplications } from '../../sdk/programs.ts';
import { playSeeds } from '../seeds.ts';
import { platformOptions, runSeed, summary } from './run-seed.ts';

const FAULTS_MS = 12_000;

const folder = await temporaryFolder('delivery-chaos-programs');
try {
  const { applications, missing } = await renderingApplications(folder);
  for (const reason of missing) process.stdout.write(`${reason}\n`);
  const roles = ['stream', 'poll', 'team', 'revoked stream', 'revoked poll', 'revoked in calm'] as const;
  await playSeeds({
    name: 'delivery',
    start: () => startTestPlatformWithServers(platformOptions),
    play: async (platform, seed) => {
      const relayed = Object.keys(applications);
      const run = await runSeed(platform, seed, { applications, roles, relayed, faultsMs: FAULTS_MS });
      return { seed, summary: summary(run), report: run.report, record: run.record };
    },
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}
