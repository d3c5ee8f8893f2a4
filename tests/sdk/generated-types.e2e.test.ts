/**
 * The golden files of `px0 generate` with the SDKs: they compile by the strictest rules of each language, beside a program that uses them, and what the
 * program renders says that variables arrive by their keys.
 */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@px0/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { goTypes, output, pythonTypes } from './programs.ts';

const root = join(import.meta.dirname, '..', '..');
const vectors = join(root, 'packages', 'cli', 'test', 'vectors');
let folder: string;

// An environment for Python may have to be made first.
vi.setConfig({ testTimeout: 300_000 });

beforeAll(async () => {
  folder = await temporaryFolder('generated-types');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it('compile and render in TypeScript', async () => {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const args = [tsc, '-p', join(vectors, 'tsconfig.json'), '--singleThreaded'];
  expect(await output({ program: process.execPath, args, cwd: root }, {})).toBe('');
  const { Px0 } = await import('@px0/sdk');
  const { renderAll } = await import('../../packages/cli/test/vectors/uses.ts');
  const { default: renders } = await import('../../packages/cli/test/vectors/renders.json', {
    with: { type: 'json' },
  });
  await using px0 = Px0.forTests(renders.templates);
  expect((await renderAll(px0)).map(({ text }) => text)).toEqual(renders.texts);
});

it('pass mypy and render in Python', async ({ skip }) => {
  const files = ['prompts.py', 'uses.py'];
  const own = join(folder, 'python');
  for (const file of [...files, 'renders.json']) await cp(join(vectors, file), join(own, file));
  const commands = await pythonTypes(own, files, 'uses.py');
  if (typeof commands === 'string') return skip(`Python is missing: ${commands}`);
  for (const command of commands) await output(command, {});
});

it('pass vet and render in Go', async ({ skip }) => {
  const own = join(folder, 'go');
  for (const file of ['prompts.go', 'uses_test.go', 'renders.json'])
    await cp(join(vectors, file), join(own, 'prompts', file));
  const commands = await goTypes(own);
  if (typeof commands === 'string') return skip(`Go is missing: ${commands}`);
  for (const command of commands) await output(command, {});
});
