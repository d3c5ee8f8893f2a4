/**
 * Reads every text of the command, from a file or standard input, by one rule: strict UTF-8, without a byte order mark. Invalid UTF-8 is
 * refused with its position, because a lenient reader would replace bytes with U+FFFD and lose them.
 */
import { isUtf8 } from 'node:buffer';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { getSystemErrorMap } from 'node:util';
import { CliError } from './exit-codes.ts';

const MIB = 1024 * 1024;
/** More than any request to px0 may contain, so that an endless input is not read for ever. */
const MOST_BYTES = 16 * MIB;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');
const REPLACEMENT = Buffer.from('\ufffd');
/** The length of the sample that detects UTF-16. */
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

/** For lone surrogates, which escapes in JSON and YAML can produce. UTF-8 cannot encode them: they would become U+FFFD. */
export const HALF_A_PAIR = 'contains half of a surrogate pair, which is not valid text';

/** The text of a file that the user named, which may be a pipe. @throws CliError */
export async function readTextFile(path: string): Promise<string> {
  return decodeText(await readFileBytes(path, 'any'), printable(path));
}

/** Like `readTextFile`, but only for regular files: anything else is closed as soon as its type is known. @throws CliError */
export async function readRegularTextFile(path: string): Promise<string> {
  return decodeText(await readRegularFileBytes(path), printable(path));
}

/** @throws CliError */
export async function readRegularFileBytes(path: string, most = MOST_BYTES): Promise<Buffer> {
  return await readFileBytes(path, 'regular', most);
}

async function readFileBytes(path: string, kind: 'any' | 'regular', most = MOST_BYTES): Promise<Buffer> {
  const place = printable(path);
  const isRegular = kind === 'regular';
  // Opening a FIFO would otherwise block until another process writes to it. Windows has neither.
  const flags = isRegular ? (constants.O_NONBLOCK ?? 0) : 0;
  try {
    const handle = await open(path, constants.O_RDONLY | flags);
    try {
      const stat = await handle.stat();
      if (stat.isDirectory()) throw new CliError('usage', `${place} is a folder, not a file`);
      if (isRegular && !stat.isFile()) throw new CliError('usage', `${place} is not a regular file`);
      return await gather(handle.createReadStream({ autoClose: false }), place, most);
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

async function gather(stream: AsyncIterable<unknown>, place: string, most = MOST_BYTES): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > most) throw new CliError('usage', `${place} is larger than ${most / MIB} MiB`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** Turns a file system error into a message. Returns other errors unchanged. */
export function asCliError(error: unknown, sentence: string): unknown {
  if (error instanceof CliError || !(error instanceof Error) || !('errno' in error)) return error;
  const known = typeof error.errno === 'number' ? getSystemErrorMap().get(error.errno)?.[1] : undefined;
  return new CliError('usage', `${sentence}: ${known ?? error.message}`, { cause: error });
}

/** All but the two joiners, which words and emoji need. */
const UNPRINTABLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A foreign text as one visible line: a file name may contain line breaks and terminal control characters. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** Like `printable`, but keeps lines and tabs. */
export function printableLines(text: string): string {
  return text.replace(/[^\n\t]+/g, printable);
}

/** Detected by its mark or, because UTF-16 without one can be valid UTF-8, by a NUL in every second byte of Latin text. */
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

/** The position of the first U+FFFD that the decoder inserted. */
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

/** Lines start at 1, bytes of the file at 0. */
function placeIn(bytes: Buffer, offset: number): string {
  let line = 1;
  for (const byte of bytes.subarray(0, offset)) if (byte === 0x0a) line += 1;
  return `line ${line} (byte ${offset})`;
}
