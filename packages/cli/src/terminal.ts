/**
 * Prompts for the user. Without a terminal, the command does not ask, but names the option to use instead. The library is loaded with the
 * first question, because most commands ask none.
 */
import { CliError } from './exit-codes.ts';
import { printable } from './text-input.ts';

export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** @throws CliError without a terminal, naming `instead` */
export async function askText(message: string, instead: string): Promise<string> {
  requirePerson(message, instead);
  const { text, cancel } = await import('@clack/prompts');
  const answer = await text({ message, output: process.stderr, validate: required });
  if (typeof answer === 'symbol') throw cancelled(cancel);
  return answer;
}

/** As `askText`, without an echo. */
export async function askSecret(message: string, instead: string): Promise<string> {
  requirePerson(message, instead);
  const { password, cancel } = await import('@clack/prompts');
  const answer = await password({ message, output: process.stderr, validate: required });
  if (typeof answer === 'symbol') throw cancelled(cancel);
  return answer;
}

/** Whether the user agrees; `--yes` agrees in advance. @throws CliError without a terminal */
export async function agreed(message: string, yes: boolean | undefined): Promise<boolean> {
  if (yes === true) return true;
  requirePerson(message, '--yes');
  const { confirm, cancel } = await import('@clack/prompts');
  const answer = await confirm({ message: printable(message), output: process.stderr, initialValue: false });
  if (typeof answer === 'symbol') throw cancelled(cancel);
  return answer;
}

function required(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? 'Enter a value.' : undefined;
}

function requirePerson(message: string, instead: string): void {
  if (!isInteractive())
    throw new CliError('usage', `cannot ask "${message}" without a terminal; use ${instead}`);
}

/** The error when the user cancels a question. */
function cancelled(cancel: typeof import('@clack/prompts').cancel): CliError {
  cancel('Nothing was changed.', { output: process.stderr });
  return new CliError('interrupted', 'cancelled');
}
