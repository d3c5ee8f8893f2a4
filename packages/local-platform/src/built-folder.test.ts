import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@px0/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { type BuiltFolderOptions, builtFolder } from './built-folder.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** Copies the source, and records its run in `builds.log`. */
const script = `
  const { appendFileSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
  const output = process.argv[1];
  appendFileSync('builds.log', 'x');
  const text = readFileSync('source/page.txt', 'utf8');
  if (text === 'broken') { console.error('line 1: broken'); process.exit(1); }
  mkdirSync(output, { recursive: true });
  writeFileSync(output + '/page.txt', text.toUpperCase());
`;

interface Scene extends BuiltFolderOptions {
  readonly write: (path: string, text: string) => Promise<void>;
  readonly builtTimes: () => Promise<number>;
}

async function scene(): Promise<Scene> {
  const root = await temporaryFolder('built-folder');
  folders.push(root);
  await mkdir(join(root, 'source'));
  await writeFile(join(root, 'source', 'page.txt'), 'one');
  return {
    name: 'the page',
    root,
    inputs: ['source'],
    ignore: /\.test\.txt$/,
    builds: 'built',
    command: (output) => [process.execPath, '-e', script, output],
    write: (path, text) => writeFile(join(root, path), text),
    builtTimes: async () => (await readFile(join(root, 'builds.log'), 'utf8').catch(() => '')).length,
  };
}

const page = (folder: string): Promise<string> => readFile(join(folder, 'page.txt'), 'utf8');

describe('a built folder', () => {
  it('is built once, and again when its inputs change', async () => {
    const options = await scene();
    const first = await builtFolder(options);
    expect(await page(first)).toBe('ONE');
    expect(await builtFolder(options)).toBe(first);
    await options.write('source/page.test.txt', 'ignored');
    expect(await builtFolder(options)).toBe(first);
    expect(await options.builtTimes()).toBe(1);

    await options.write('source/page.txt', 'two');
    expect(await page(await builtFolder(options))).toBe('TWO');
    expect(await page(first), 'a server may still serve it').toBe('ONE');
    await options.write('source/page.txt', 'one');
    expect(await builtFolder(options)).toBe(first);
    expect(await options.builtTimes()).toBe(2);
  });

  it('is built by only one of several concurrent callers', async () => {
    const options = await scene();
    const built = await Promise.all(Array.from({ length: 4 }, () => builtFolder(options)));
    expect(new Set(built).size).toBe(1);
    expect(await options.builtTimes()).toBe(1);
  });

  it('is built even if a process died while building it', async () => {
    const options = await scene();
    const folder = await builtFolder(options);
    await rm(folder, { recursive: true });
    // No process has this pid: it is above Linux's maximum.
    await options.write(`built/${folder.split('/').at(-1)}.lock`, '4194305');
    expect(await page(await builtFolder(options))).toBe('ONE');
  });

  it('shows the output of a failed build, and leaves nothing behind', async () => {
    const options = await scene();
    await options.write('source/page.txt', 'broken');
    await expect(builtFolder(options)).rejects.toThrow(/^Building the page failed:\nline 1: broken$/);
    expect(await readdir(join(options.root, 'built'))).toEqual([]);
  });

  it('does not pile up', async () => {
    const options = await scene();
    for (const text of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await options.write('source/page.txt', text);
      await builtFolder(options);
    }
    expect((await readdir(join(options.root, 'built'))).length).toBe(4);
  });
});
