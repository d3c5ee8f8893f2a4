import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startTestPlatform, type TestPlatform } from '@px0/testing';
import { World } from '@px0/testing/world';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const script = join(import.meta.dirname, '..', 'examples', 'quickstart.sh');
/** 200 in the long form (`npm run test:long`). */
const chains = process.env['PX0_LONG_TESTS'] === '1' ? 200 : 25;

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform();
});

afterAll(async () => {
  await platform?.stop();
});

describe('the quickstart', () => {
  it('prints the greeting, and does so again in a second run', async () => {
    const env = { ...process.env, PX0_HOST: platform.gatewayUrl };
    for (let run = 1; run <= 2; run += 1) {
      const { stdout } = await promisify(execFile)('sh', [script], { env });
      expect(stdout).toBe('Hello, Ada! This text lives in px0.\n');
    }
  });

  it('says which step was refused, and with what', async () => {
    const env = { ...process.env, PX0_HOST: `${platform.gatewayUrl}/nowhere` };
    await expect(promisify(execFile)('sh', [script], { env })).rejects.toThrow(
      /POST \/v1\/auth\/register was answered with 404/,
    );
  });
});

describe('the chain from registration to live render', () => {
  it(`succeeds ${chains} times in a row, with neither a pause nor a retry between its steps`, async () => {
    const world = new World(platform);
    for (let run = 1; run <= chains; run += 1) {
      expect(await world.chain(), `run ${run}`).toBe('Hello, Ada!');
    }
  }, 300_000);
});

describe('with two processes of every service', () => {
  it('each client reads its own writes, whichever processes answer', async () => {
    const replicas = { gateway: 1, identity: 2, tenancy: 2, 'prompt-registry': 2, render: 2 };
    await using doubled = await startTestPlatform({ replicas });
    const world = new World(doubled);
    for (let run = 1; run <= chains / 4; run += 1) {
      expect(await world.chain(), `run ${run}`).toBe('Hello, Ada!');
    }
  }, 300_000);
});
