/** Checks files of exported audit chains, in the order in which they are named; `-` is standard input. */
import { createReadStream } from 'node:fs';
import { ChainError, ChainVerifier, type CheckedChain, type Head } from '@px0/audit';
import { FrameError, LineReader } from '@px0/delivery';
import { CliError } from '../exit-codes.ts';

/** @throws CliError `refused` when a line does not follow, `usage` for a file that cannot be read */
export async function verifyFiles(
  files: readonly string[],
  heads: readonly Head[],
  stdin: AsyncIterable<unknown>,
): Promise<readonly CheckedChain[]> {
  const verifier = new ChainVerifier(heads);
  try {
    for (const file of files) {
      for await (const line of linesOf(file, file === '-' ? stdin : createReadStream(file))) {
        if (line !== '') verifier.add(line);
      }
    }
    verifier.end();
  } catch (error) {
    if (error instanceof ChainError || error instanceof FrameError)
      throw new CliError('refused', error.message, { cause: error });
    throw error;
  }
  return verifier.chains;
}

async function* linesOf(file: string, source: AsyncIterable<unknown>): AsyncGenerator<string, void> {
  const reader = new LineReader();
  for await (const piece of readable(file, source)) yield* reader.read(piece);
  // The last line may have no end.
  yield* reader.read(Buffer.from('\n'));
}

async function* readable(file: string, source: AsyncIterable<unknown>): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const piece of source) yield piece instanceof Uint8Array ? piece : Buffer.from(String(piece));
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read';
    throw new CliError('usage', `${file}: ${reason}`, { cause: error });
  }
}
