/** The short form of `npm run test:chaos:delivery`: one seed, few clients. */
import { rm } from 'node:fs/promises';
import { startTestPlatformWithServers, type TestPlatformWithServers, temporaryFolder } from '@px0/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RenderingApplications, renderingApplications } from '../../sdk/programs.ts';
import { platformOptions, runSeed } from './run-seed.ts';

let platform: TestPlatformWithServers | undefined;
let folder: string;
let programs: RenderingApplications;

beforeAll(async () => {
  folder = await temporaryFolder('delivery-chaos-programs');
  [platform, programs] = await Promise.all([
    startTestPlatformWithServers(platformOptions),
    renderingApplications(folder),
  ]);
}, 600_000);
afterAll(async () => {
  await platform?.stop();
  await rm(folder, { recursive: true, force: true });
});

it('applications of all languages keep their promises while everything fails', async () => {
  if (platform === undefined) throw new Error('the platform has not started');
  const roles = ['stream', 'revoked in calm'] as const;
  const { applications } = programs;
  const run = await runSeed(platform, 1, { applications, roles, relayed: ['TypeScript'], faultsMs: 6_000 });
  expect(run.report).toBe('');
  expect(run.renders).toBeGreaterThan(0);
}, 180_000);
