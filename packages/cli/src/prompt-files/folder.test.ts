import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@px0/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Folder } from './folder.ts';

const GOOD = '---\nname: Good\n---\nHello\n';
let path: string;
let folder: Folder;

beforeEach(async () => {
  path = await temporaryFolder('cli-folder');
  folder = new Folder(path);
});

afterEach(async () => {
  await rm(path, { recursive: true });
});

async function add(name: string, content: string | Buffer): Promise<void> {
  await writeFile(join(path, name), content);
}

/** The problems of the folder's files, without the folder's name. */
async function problems(): Promise<string[]> {
  const content = await folder.prompts();
  return content.problems.map(({ error }) => error.message.replaceAll(`${path}/`, ''));
}

describe('the folder', () => {
  it('contains the files with the ending of prompts, except those of editors and systems', async () => {
    await add('good.prompt.md', GOOD);
    await add('README.md', 'text');
    await symlink('ada@host.4711:1', join(path, '.#good.prompt.md'));
    await add('._good.prompt.md', Buffer.from([0, 5, 22, 7]));
    await add('.prompt.md', 'text');
    for (const name of ['~$good.prompt.md', '.~lock.good.prompt.md#', 'good.prompt.md~', '#good.prompt.md#'])
      await add(name, 'text');
    for (const name of ['good.prompt.md.swp', '.good.prompt.md.swp', 'good.prompt.md.orig', 'good.md'])
      await add(name, 'text');
    const { files, problems: none } = await folder.prompts();
    expect([...files.keys()]).toEqual(['good']);
    expect(none).toEqual([]);
    expect([...(await folder.texts()).files.keys()]).toEqual(['good']);
  });

  it('reports each file that is not a prompt in one line, and reads the others', async () => {
    await add('good.prompt.md', GOOD);
    await add('latin.prompt.md', Buffer.from('---\nname: Caf\xe9\n---\nx', 'latin1'));
    await add('wide.prompt.md', Buffer.from(`\ufeff${GOOD}`, 'utf16le'));
    await add('yaml.prompt.md', '---\nname: [\n---\nx');
    await add('a\nb\u001b[31m.prompt.md', 'x');
    await mkdir(join(path, 'folder.prompt.md'));
    await symlink('nowhere', join(path, 'gone.prompt.md'));
    await symlink('loop.prompt.md', join(path, 'loop.prompt.md'));
    execFileSync('mkfifo', [join(path, 'pipe.prompt.md')]);
    await symlink('/dev/zero', join(path, 'zero.prompt.md'));
    await add('large.prompt.md', `---\nname: Large\n---\n${'x'.repeat(4 * 1024 * 1024)}`);
    expect(await problems()).toEqual([
      'a\\u{a}b\\u{1b}[31m.prompt.md does not start with YAML between two lines of ---',
      'folder.prompt.md is a folder, not a file',
      'gone.prompt.md cannot be read: no such file or directory',
      'latin.prompt.md is not UTF-8 at line 2 (byte 13); save it as UTF-8',
      'loop.prompt.md cannot be read: too many symbolic links encountered',
      'pipe.prompt.md is not a regular file',
      'wide.prompt.md is UTF-16, not UTF-8; save it as UTF-8 (in PowerShell: Set-Content -Encoding utf8)',
      expect.stringMatching(/^yaml\.prompt\.md line 3: /),
      'zero.prompt.md is not a regular file',
      'large.prompt.md is larger than the 4 MiB that px0 accepts in one request',
    ]);
    expect([...(await folder.prompts()).files.keys()]).toEqual(['good']);
  });

  it('accepts neither of two files with the same prompt name', async () => {
    await add('a.prompt.md', GOOD);
    await add('b.prompt.md', GOOD);
    await add('c.prompt.md', GOOD.replace('Good', 'Other'));
    expect(await problems()).toEqual([
      'a.prompt.md has the same prompt name as another file, Good: a.prompt.md, b.prompt.md',
      'b.prompt.md has the same prompt name as another file, Good: a.prompt.md, b.prompt.md',
    ]);
    expect([...(await folder.prompts()).files.keys()]).toEqual(['c']);
  });

  it('finds a prompt by a name that a file system has decomposed', async () => {
    const apart = 'cafe\u0301.prompt.md';
    await add(apart, GOOD);
    expect([...(await folder.texts()).files.keys()]).toEqual(['café']);
    await folder.write('café', 'x');
    expect(await readdir(path)).toEqual([apart]);
    await add('caf\u00e9.prompt.md', GOOD);
    expect(await problems()).toEqual([
      expect.stringContaining('has the same slug as another file'),
      expect.stringContaining('has the same slug as another file'),
    ]);
  });

  it('reads a file that a checkout has converted as the pull wrote it', async () => {
    await add('a.prompt.md', `\ufeff${GOOD.replaceAll('\n', '\r\n')}`);
    await add('b.prompt.md', Buffer.from([0xff]));
    expect(await folder.texts()).toMatchObject({
      files: new Map([
        ['a', GOOD],
        ['b', undefined],
      ]),
      problems: [],
    });
  });

  it('reports why a file cannot be written or removed, and leaves nothing behind', async () => {
    await mkdir(join(path, 'a.prompt.md', 'full'), { recursive: true });
    const long = 'x'.repeat(250);
    for (const problem of [
      await folder.write('a', 'x'),
      await folder.write(long, 'x'),
      await folder.remove('a'),
    ])
      expect(problem?.error.message).toMatch(/ cannot be (written|removed): [a-z]/);
    expect(await readdir(path)).toEqual(['a.prompt.md']);
    expect(await folder.write('b', 'text')).toBeUndefined();
    expect(await readFile(join(path, 'b.prompt.md'), 'utf8')).toBe('text');
  });

  it('is read with the folders below it, except those of others and links', async () => {
    const file = (...names: string[]) => join(...names, 'x.prompt.md');
    for (const [index, names] of [['support', 'cafe\u0301'], ['.git'], ['~x'], ['elsewhere']].entries()) {
      await mkdir(join(path, ...names), { recursive: true });
      await add(file(...names), GOOD.replace('Good', `Good ${index}`));
    }
    await rename(join(path, 'elsewhere'), `${path}-elsewhere`);
    await symlink(`${path}-elsewhere`, join(path, 'link'));
    const { files, problems: none } = await folder.prompts();
    expect([...files.values()]).toMatchObject([{ slug: 'x', folder: 'support/caf\u00e9' }]);
    expect(none).toEqual([]);
    await add('x.prompt.md', GOOD);
    expect(await problems()).toEqual([
      'x.prompt.md has the same slug as another file: x.prompt.md, support/cafe\u0301/x.prompt.md',
      'support/cafe\u0301/x.prompt.md has the same slug as another file: x.prompt.md, support/cafe\u0301/x.prompt.md',
    ]);
    expect((await folder.write('y', 'text', 'link/a'))?.error.message).toMatch(/link is not a folder$/);
    expect(await readdir(`${path}-elsewhere`)).toEqual(['x.prompt.md']);
    await rm(`${path}-elsewhere`, { recursive: true });
  });

  it('has a file where its prompt is, and no folder that is empty', async () => {
    await folder.write('a', 'text', 'one/two');
    await folder.texts();
    expect(folder.folderOf('a')).toBe('one/two');
    expect(await folder.write('a', 'other', 'one/three')).toBeUndefined();
    expect(await readdir(path, { recursive: true })).toEqual(['one', 'one/three', 'one/three/a.prompt.md']);
    await folder.texts();
    expect(await folder.write('a', 'other')).toBeUndefined();
    expect(await readdir(path, { recursive: true })).toEqual(['a.prompt.md']);
  });

  it('that is not a folder, or is not writable, is one error', async () => {
    await add('file', 'x');
    const none = new Folder(join(path, 'file'));
    await expect(none.prompts()).rejects.toThrow(/file cannot be read: not a directory$/);
    await expect(none.write('a', 'x')).rejects.toThrow(/file cannot be written: /);
    await expect(new Folder(join(path, 'absent')).texts()).resolves.toMatchObject({ problems: [] });
  });
});
