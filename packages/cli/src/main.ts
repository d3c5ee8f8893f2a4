#!/usr/bin/env node
/** The px0 command. */
import { CliError, exitCodes } from './exit-codes.ts';
import { report, run } from './program.ts';
import { asCliError } from './text-input.ts';

function fail(error: unknown): never {
  process.exit(report(error, process, { isJson: false, hasStack: Boolean(process.env['PX0_DEBUG']) }));
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader may stop before the end, as `head` does.
  if (error.code === 'EPIPE') process.exit(exitCodes.ok);
  fail(asCliError(error, 'standard output cannot be written'));
});
// Without a place for sentences the exit code still says what happened.
process.stderr.on('error', () => undefined);
process.on('uncaughtException', fail);
process.on('SIGINT', () => {
  // A command that ends in its own way has a listener of its own, for once.
  if (process.listenerCount('SIGINT') > 1) return;
  if (process.stderr.isTTY) process.stderr.write('\n');
  fail(new CliError('interrupted', 'interrupted'));
});

process.exitCode = await run(process.argv.slice(2), process.env);
