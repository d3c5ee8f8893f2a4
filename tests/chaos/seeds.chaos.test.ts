/** The short form of `npm run test:chaos`: one platform, a few seeds. */
import { startTestPlatformWithServers, type TestPlatformWithServers } from '@px0/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { replicas, runSeed, singleServers } from './run-seed.ts';

let platform: TestPlatformWithServers | undefined;

beforeAll(async () => {
  platform = await startTestPlatformWithServers({ replicas, longestRestartDelayMs: 500 });
}, 120_000);
afterAll(() => platform?.stop());

it.each([1])(
  'with the faults of seed %i no promise is broken',
  async (seed) => {
    if (platform === undefined) throw new Error('the platform has not started');
    const run = await runSeed(platform, seed, singleServers(platform));
    expect(run.report).toBe('');
    expect(run.acknowledged).toBeGreaterThan(0);
  },
  180_000,
);
