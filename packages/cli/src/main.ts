#!/usr/bin/env node
/** The px0 command. */
import { CliError, exitCodes } from './exit-codes.ts';
import { report, run } from './program.ts';
import { asCliError } from './text-input.ts';

function fail(error: unknown): never {
  process.exit(report(error, process, { isJson: false, hasStack: Boolean(process.env['PX0_DEBUG']) }));
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader such as `head` may stop early.
  if (error.code === 'EPIPE') process.exit(exitCodes.ok);
  fail(asCliError(error, 'standard output cannot be written'));
});
// If messages cannot be written, the exit code still says what happened.
process.stderr.on('error', () => undefined);
process.on('uncaughtException', fail);
process.on('SIGINT', () => {
  // A command that handles the interruption itself has its own listener.
  if (process.listenerCount('SIGINT') > 1) return;
  if (process.stderr.isTTY) process.stderr.write('\n');
  fail(new CliError('interrupted', 'interrupted'));
});

process.exitCode = await run(process.argv.slice(2), process.env);
