/** What `pull` and `push` share: the plan, the confirmation, and how skipped files are reported. */
import { RefusedError } from '@px0/sdk';
import { CliError } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { agreed } from '../terminal.ts';
import { printable } from '../text-input.ts';
import type { Problem } from './folder.ts';

export interface TransferOptions {
  readonly dryRun?: boolean;
  readonly check?: boolean;
  readonly yes?: boolean;
}

interface Plan {
  readonly changes: readonly object[];
  /** How many changes the plan shows, where that is another number: some are one step to a reader. */
  readonly steps?: number;
  readonly plan: readonly string[];
  /** The question to confirm; undefined if going ahead cannot lose anything. */
  readonly question: string | undefined;
  /** The files that are left out. */
  readonly problems: readonly Problem[];
  readonly none: string;
  /** What else the JSON of the result has. */
  readonly details?: object;
}

interface Done {
  readonly done: string;
  readonly problems: readonly Problem[];
}

/** Shows the plan, asks for confirmation, and does the work. @throws CliError for files that were left out, after doing the rest */
export async function carryOut(
  output: Output,
  { dryRun = false, check = false, yes }: TransferOptions,
  { changes, steps = changes.length, plan, question, problems, none, details }: Plan,
  work: () => Promise<Done>,
): Promise<void> {
  const isTrial = dryRun || check;
  const report = (done: string | undefined, left: readonly Problem[]) => {
    const leftOut = left.map(({ error }) => error.message);
    const more = { ...(leftOut.length > 0 && { left_out: leftOut }), ...details };
    output.result({ dry_run: isTrial, changes, ...more }, () =>
      changes.length > 0 ? (done ?? plan.join('\n')) : left.length > 0 ? '' : none,
    );
    requireNone(left);
  };
  if (isTrial || changes.length === 0) {
    report(undefined, problems);
    if (check && changes.length > 0) throw new CliError('different', `${count(steps, 'change')} to make`);
    return;
  }
  // The user agrees to the plan, so it precedes the question, wherever the results go.
  if (!output.isJson || yes !== true) output.note(plan.join('\n'));
  if (question !== undefined && !(await agreed(question, yes)))
    throw new CliError('interrupted', 'nothing was changed');
  const { done, problems: late } = await work();
  tell(output, late);
  report(done, [...problems, ...late]);
}

/** Prints one line per problem. With `--json`, the result contains them. */
export function tell(output: Output, problems: readonly Problem[]): void {
  if (output.isJson) return;
  for (const { error } of problems) output.note(`px0: ${printable(error.message)}`);
}

/** @throws CliError with the exit code of the first problem */
function requireNone(problems: readonly Problem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const what = `${count(problems.length, 'file')} left out`;
  throw new CliError(first.error.exit, what, { cause: first.error });
}

/** The statuses of refusals that a prompt in the document causes. Any other refusal concerns all prompts. */
const OF_A_DOCUMENT = new Set([400, 409, 412, 413, 422]);

export function isOfDocument(error: unknown): error is RefusedError {
  return error instanceof RefusedError && OF_A_DOCUMENT.has(error.status);
}

export function halvesOf<T>(items: readonly T[]): T[][] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}

export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
