import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureSample } from '@px0/local-platform';
import { startTestPlatform, type TestPlatform, temporaryFolder } from '@px0/testing';
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

const printed = [
  'Hello, Ada! This text lives in px0.',
  JSON.stringify([
    { role: 'system', content: 'You are a patient tutor.' },
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Hello!' },
    { role: 'user', content: 'Why is the sky blue?' },
  ]),
];

describe('the quickstart', () => {
  it('prints the greeting and the conversation, and does so again in a second run', async () => {
    const env = { ...process.env, PX0_HOST: platform.gatewayUrl };
    for (let run = 1; run <= 2; run += 1) {
      const { stdout } = await promisify(execFile)('sh', [script], { env });
      expect(stdout).toBe(`${printed.join('\n')}\n`);
    }
  });

  it('says which step was refused, and with what', async () => {
    const env = { ...process.env, PX0_HOST: `${platform.gatewayUrl}/nowhere` };
    await expect(promisify(execFile)('sh', [script], { env })).rejects.toThrow(
      /POST \/v1\/auth\/register was answered with 404/,
    );
  });
});

describe('the sample of the first start', () => {
  it('stays as it is, and gets a chat if it is from before there were chats', async () => {
    const folder = await temporaryFolder('sample');
    const file = join(folder, 'sample.json');
    const ensured = () => ensureSample(platform.gatewayUrl, file);
    const sample = await ensured();
    expect(await ensured()).toEqual(sample);
    const { chatSlug, ...old } = sample;
    await writeFile(file, JSON.stringify(old));
    // The slug is taken: somebody may have made such a prompt.
    const completed = { ...old, chatSlug: `sample_${chatSlug}` };
    expect(await ensured()).toEqual(completed);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(completed);
    await rm(folder, { recursive: true, force: true });
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
