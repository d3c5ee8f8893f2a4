/** The life of a command of an operator's: it does one thing and ends. Called by its `main`. */
import { reasonOf } from './database/refusal.ts';
import { isUnavailable } from './database/unavailable.ts';
import { ConfigError, StartError } from './errors.ts';

/**
 * Sets the exit code: 0 when `work` is done, 1 with one sentence when it cannot be done for a reason that an operator can act on. Anything
 * else is a bug, and escapes.
 */
export async function runCommand(name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const sentence = sentenceOf(error);
    if (sentence === undefined) throw error;
    process.stderr.write(`px0 ${name}: ${sentence}\n`);
    process.exitCode = 1;
  }
}

function sentenceOf(error: unknown): string | undefined {
  if (error instanceof ConfigError || error instanceof StartError) return error.message;
  return isUnavailable(error)
    ? `A server went away (${reasonOf(error)}): run the command again when it is back.`
    : undefined;
}
