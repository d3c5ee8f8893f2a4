/**
 * Questions to a person. Where there is no terminal nothing is asked: the command says which option answers instead. The library is loaded with the
 * first question, since most commands ask none.
 */
import { CliError } from './exit-codes.ts';
import { printable } from './text-input.ts';

export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** @throws CliError when there is nobody to ask, naming `instead` */
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

/** Whether the person agrees; `--yes` agrees beforehand. @throws CliError when there is nobody to ask */
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

/** What a question gives when the person has left it. */
function cancelled(cancel: typeof import('@clack/prompts').cancel): CliError {
  cancel('Nothing was changed.', { output: process.stderr });
  return new CliError('interrupted', 'cancelled');
}
