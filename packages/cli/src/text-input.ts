/**
 * Every text that the command reads, from a file or from standard input, by one rule: strict UTF-8, a byte order mark taken off. What is not UTF-8
 * is refused with its place, because a lenient reader would put U+FFFD in place of bytes that are then lost.
 */
import { isUtf8 } from 'node:buffer';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { getSystemErrorMap } from 'node:util';
import { CliError } from './exit-codes.ts';

/** More than any request to px0 may hold, so that what never ends is not read for ever. */
const MOST_BYTES = 16 * 1024 * 1024;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');
const REPLACEMENT = Buffer.from('\ufffd');
/** How much of a text shows whether it is UTF-16. */
const SAMPLE_BYTES = 1024;

/** @throws CliError that begins with `place` */
export function decodeText(bytes: Buffer, place: string): string {
  if (isUtf16(bytes)) {
    throw new CliError(
      'usage',
      `${place} is UTF-16, not UTF-8; save it as UTF-8 (in PowerShell: Set-Content -Encoding utf8)`,
    );
  }
  if (!isUtf8(bytes)) {
    const at = firstInvalidByte(bytes);
    throw new CliError('usage', `${place} is not UTF-8 at ${placeIn(bytes, at)}; save it as UTF-8`);
  }
  const nul = bytes.indexOf(0);
  if (nul !== -1) throw new CliError('usage', `${place} contains a NUL byte at ${placeIn(bytes, nul)}`);
  const isMarked = bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  return bytes.toString('utf8', isMarked ? BYTE_ORDER_MARK.length : 0);
}

/** What an escape of JSON or YAML can make, and UTF-8 cannot hold: it would become U+FFFD on its way. */
export const HALF_A_PAIR = 'contains half of a surrogate pair, which is not valid text';

/** The text of a file that was named, which may also be a pipe. @throws CliError */
export async function readTextFile(path: string): Promise<string> {
  return decodeText(await readFileBytes(path, 'any'), printable(path));
}

/** As `readTextFile`, of a regular file only: nothing else is opened for longer than it takes to see what it is. @throws CliError */
export async function readRegularTextFile(path: string): Promise<string> {
  return decodeText(await readRegularFileBytes(path), printable(path));
}

/** @throws CliError */
export async function readRegularFileBytes(path: string): Promise<Buffer> {
  return await readFileBytes(path, 'regular');
}

async function readFileBytes(path: string, kind: 'any' | 'regular'): Promise<Buffer> {
  const place = printable(path);
  const isRegular = kind === 'regular';
  // A FIFO would otherwise be waited for until somebody writes to it. Windows has neither.
  const flags = isRegular ? (constants.O_NONBLOCK ?? 0) : 0;
  try {
    const handle = await open(path, constants.O_RDONLY | flags);
    try {
      const stat = await handle.stat();
      if (stat.isDirectory()) throw new CliError('usage', `${place} is a folder, not a file`);
      if (isRegular && !stat.isFile()) throw new CliError('usage', `${place} is not a regular file`);
      return await gather(handle.createReadStream({ autoClose: false }), place);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw asCliError(error, `${place} cannot be read`);
  }
}

/** All of standard input. @throws CliError */
export async function readStandardInput(stdin: AsyncIterable<unknown>): Promise<string> {
  const place = 'standard input';
  try {
    return decodeText(await gather(stdin, place), place);
  } catch (error) {
    throw asCliError(error, `${place} cannot be read`);
  }
}

async function gather(stream: AsyncIterable<unknown>, place: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > MOST_BYTES) throw new CliError('usage', `${place} is larger than 16 MiB`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** An error of the file system as a sentence. Other errors stay what they are. */
export function asCliError(error: unknown, sentence: string): unknown {
  if (error instanceof CliError || !(error instanceof Error) || !('errno' in error)) return error;
  const known = typeof error.errno === 'number' ? getSystemErrorMap().get(error.errno)?.[1] : undefined;
  return new CliError('usage', `${sentence}: ${known ?? error.message}`, { cause: error });
}

/** The two joiners belong to the spelling of words and emoji. */
const UNPRINTABLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A text of others in one visible line: a name of a file may hold line breaks and what a terminal takes for commands. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** As `printable`, of a text that keeps its lines and tabs. */
export function printableLines(text: string): string {
  return text.replace(/[^\n\t]+/g, printable);
}

/** By its mark; or, as UTF-16 without one is valid UTF-8 as well, by a NUL in every second byte of a text in Latin letters. */
function isUtf16(bytes: Buffer): boolean {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  if (bytes.length % 2 !== 0) return false;
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  const nuls = [0, 0];
  for (const [index, byte] of sample.entries()) if (byte === 0) nuls[index % 2] = (nuls[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = nuls;
  const half = sample.length / 2;
  return half >= 1 && Math.max(even, odd) > half * 0.4 && Math.min(even, odd) < half * 0.1;
}

/** The decoder's replacements that do not stand for themselves. */
function firstInvalidByte(bytes: Buffer): number {
  const text = bytes.toString('utf8');
  let offset = 0;
  for (let from = 0; ; from += 1) {
    const at = text.indexOf('\ufffd', from);
    if (at === -1) return offset;
    offset += Buffer.byteLength(text.slice(from, at));
    if (!bytes.subarray(offset, offset + REPLACEMENT.length).equals(REPLACEMENT)) return offset;
    offset += REPLACEMENT.length;
    from = at;
  }
}

/** Lines count from 1, bytes of the file from 0. */
function placeIn(bytes: Buffer, offset: number): string {
  let line = 1;
  for (const byte of bytes.subarray(0, offset)) if (byte === 0x0a) line += 1;
  return `line ${line} (byte ${offset})`;
}
