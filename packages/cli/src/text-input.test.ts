import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@px0/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliError } from './exit-codes.ts';
import { decodeText, readRegularTextFile, readStandardInput, readTextFile } from './text-input.ts';

function utf16(text: string, isBigEndian = false): Buffer {
  const bytes = Buffer.from(text, 'utf16le');
  return isBigEndian ? bytes.swap16() : bytes;
}

describe('a text', () => {
  it('in UTF-8 is read as written, except for one byte order mark at its start', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.includes('\0'));
        expect(decodeText(Buffer.from(`\ufeff${text}`), 'a')).toBe(text);
        expect(decodeText(Buffer.from(`x${text}`), 'a')).toBe(`x${text}`);
      }),
    );
  });

  it('that is not UTF-8 is refused, and never repaired', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const buffer = Buffer.from(bytes);
        let text: string | undefined;
        try {
          text = decodeText(buffer, 'a');
        } catch (error) {
          expect(error).toBeInstanceOf(CliError);
        }
        if (text !== undefined) expect([`\ufeff${text}`, text]).toContain(buffer.toString());
        if (text !== undefined) expect(Buffer.from(buffer.toString())).toEqual(buffer);
      }),
    );
  });

  it.each([
    ['Caf\xe9 au lait', 'a is not UTF-8 at line 1 (byte 3); save it as UTF-8'],
    ['one\ntwo \xfc', 'a is not UTF-8 at line 2 (byte 8)'],
    ['\xef\xbf\xbd \xef\xbf', 'a is not UTF-8 at line 1 (byte 4)'],
    ['\xed\xa0\x80', 'a is not UTF-8 at line 1 (byte 0)'],
    ['a\n\nb\0', 'a contains a NUL byte at line 3 (byte 4)'],
    ['a\0b', 'a contains a NUL byte at line 1 (byte 1)'],
  ])('with the bytes %j is refused with their position', (latin1, message) => {
    expect(() => decodeText(Buffer.from(latin1, 'latin1'), 'a')).toThrow(message);
  });

  it.each([
    ['with a mark', utf16('\ufeffHello')],
    ['the other way round, with a mark', utf16('\ufeffHello', true)],
    ['without a mark', utf16('---\nname: Grüße\n---\nHello {{.name}}')],
    ['the other way round, without a mark', utf16('Hello', true)],
    ['of one letter', utf16('x')],
    ['in other letters', utf16('\ufeffПривет')],
  ])('in UTF-16, %s, is recognised', (_what, bytes) => {
    expect(() => decodeText(bytes, 'a')).toThrow('a is UTF-16, not UTF-8; save it as UTF-8 (in PowerShell');
  });
});

describe('an input', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await temporaryFolder('cli-text');
    await mkdir(join(folder, 'folder'));
    await symlink('nowhere', join(folder, 'dangling'));
    await symlink('loop', join(folder, 'loop'));
    execFileSync('mkfifo', [join(folder, 'fifo')]);
    await writeFile(join(folder, 'large'), Buffer.alloc(16 * 1024 * 1024 + 1, 'x'));
    await writeFile(join(folder, 'line\nbreak'), '\xff', 'latin1');
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it.each([
    ['folder', 'folder is a folder, not a file'],
    ['dangling', 'dangling cannot be read: no such file or directory'],
    ['loop', 'loop cannot be read: too many symbolic links encountered'],
    ['large', 'large is larger than 16 MiB'],
    ['line\nbreak', 'line\\u{a}break is not UTF-8'],
  ])('from %j is refused with a message', async (name, message) => {
    await expect(readTextFile(join(folder, name))).rejects.toThrow(message);
    await expect(readRegularTextFile(join(folder, name))).rejects.toThrow(CliError);
  });

  it('from a pipe is read if the pipe was named, and not awaited if the pipe is among other files', async () => {
    const path = join(folder, 'fifo');
    await expect(readRegularTextFile(path)).rejects.toThrow('fifo is not a regular file');
    const [text] = await Promise.all([readTextFile(path), writeFile(path, 'from a pipe')]);
    expect(text).toBe('from a pipe');
    await expect(readRegularTextFile('/dev/zero')).rejects.toThrow('/dev/zero is not a regular file');
    await expect(readTextFile('/dev/zero')).rejects.toThrow('/dev/zero is larger than 16 MiB');
  });

  it('from standard input follows the same rule', async () => {
    await expect(readStandardInput(chunks('\ufeffa', 'b'))).resolves.toBe('ab');
    await expect(readStandardInput(chunks(Buffer.from([0xff])))).rejects.toThrow(
      'standard input is not UTF-8',
    );
    const endless = (async function* () {
      for (;;) yield Buffer.alloc(1024 * 1024, 'x');
    })();
    await expect(readStandardInput(endless)).rejects.toThrow('standard input is larger than 16 MiB');
  });

  async function* chunks(...texts: readonly (string | Buffer)[]): AsyncGenerator<Buffer> {
    for (const text of texts) yield Buffer.from(text);
  }
});
