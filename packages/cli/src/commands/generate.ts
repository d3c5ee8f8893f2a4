/** `generate`: the contracts of prompts as types of a programming language. */
import { basename, dirname, join } from 'node:path';
import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import type { Generated, Language } from '../contract-types/generate.ts';
import type { Wanted, WantedStatus } from '../contract-types/read-contracts.ts';
import { CliError } from '../exit-codes.ts';
import { replaceFile } from '../replace-file.ts';
import { asCliError, printable, readRegularTextFile } from '../text-input.ts';
import type { Connect } from './command.ts';
import { requireFilled } from './option-values.ts';

interface GenerateOptions {
  readonly lang: Language;
  readonly out?: string;
  readonly folder?: string;
  readonly status: WantedStatus;
  readonly check?: boolean;
}

export function addGenerateCommand(program: Command, connect: Connect): void {
  program
    .command('generate')
    .description('generate types for the variables of prompts, and a function to render each')
    .addOption(
      new Option('--lang <language>', 'the language of the file')
        .choices(['ts', 'python', 'go'] satisfies Language[])
        .makeOptionMandatory(),
    )
    .option('--out <file>', 'write this file instead of standard output')
    .option('--folder <folder>', 'only prompts in this folder; "support/" also those below it')
    .addOption(
      new Option('--status <status>', 'which version: the live one, or the newest that is stable or live')
        .choices(['live', 'stable'] satisfies WantedStatus[])
        .default('live'),
    )
    .option('--check', 'write nothing, and exit with code 9 if the file (--out) differs')
    .action(async (options: GenerateOptions, command: Command) => {
      requireFilled('the file (--out)', options.out);
      requireFilled('the folder (--folder)', options.folder);
      if (options.check && options.out === undefined)
        throw new CliError('usage', '--check needs the file to compare; add --out');
      await generateFile(connect(command), options);
    });
}

async function generateFile(
  context: Context,
  { lang, out, folder, status, check = false }: GenerateOptions,
): Promise<void> {
  const { generate } = await import('../contract-types/generate.ts');
  const contracts = await contractsOf(context, { folder, status });
  const { text, digest }: Generated = generate(lang, contracts);
  const about = { lang, prompts: contracts.length, contract: digest };
  if (out === undefined) {
    context.output.text({ ...about, text }, text);
    return;
  }
  const file = printable(out);
  const isDifferent = (await textOf(out)) !== text;
  if (isDifferent && !check) write(out, text);
  const what = `${contracts.length} prompt${contracts.length === 1 ? '' : 's'}`;
  context.output.result({ file: out, ...about, different: isDifferent }, () => {
    if (!isDifferent) return `${file} is up to date.`;
    return check ? '' : `Wrote ${what} to ${file}.`;
  });
  if (isDifferent && check)
    throw new CliError(
      'different',
      `${file} differs from the contracts of the prompts; run px0 generate without --check`,
    );
}

async function contractsOf(context: Context, wanted: Omit<Wanted, 'teamId'>) {
  const { readContracts } = await import('../contract-types/read-contracts.ts');
  const { output } = context;
  const api = await context.api();
  const teamId = await context.team();
  const { contracts, withoutSchema } = await readContracts(api, { ...wanted, teamId }, (done, all) =>
    output.progress(`Reading ${done} of ${all} prompts`),
  ).finally(() => output.endProgress());
  if (withoutSchema.length > 0) {
    const host = await context.host();
    if (contracts.length === 0)
      throw new CliError(
        'refused',
        `px0 at ${host} does not say what variables must be; it needs a newer version`,
      );
    // A file that lacks them would look like one from which they have been removed.
    const slugs = withoutSchema.map(printable).join(', ');
    throw new CliError(
      'unreachable',
      `px0 at ${host} does not say at present what the variables of ${slugs} must be; try again`,
    );
  }
  if (contracts.length === 0) output.note(`There are no prompts with a ${wanted.status} version.`);
  return contracts;
}

/** The file as it is, with the line ends that it was written with; undefined where there is none. @throws CliError */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return (await readRegularTextFile(path)).replaceAll('\r\n', '\n');
  } catch (error) {
    if (error instanceof CliError && isMissing(error.cause)) return undefined;
    throw error;
  }
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}

/** @throws CliError */
function write(path: string, text: string): void {
  const temporary = join(dirname(path), `.${basename(path)}-${process.pid}.tmp`);
  try {
    replaceFile(path, { content: text, temporary });
  } catch (error) {
    throw asCliError(error, `${printable(path)} cannot be written`);
  }
}
