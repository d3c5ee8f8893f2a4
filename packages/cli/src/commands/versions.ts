/** `versions` and `diff`: the templates of a prompt and their differences. */
import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { type Output, table } from '../output.ts';
import { isInteractive } from '../terminal.ts';
import { printable, readTextFile } from '../text-input.ts';
import { parseVersionRef, requireReference, VERSION, versionOf } from '../version-ref.ts';
import { answered } from '../wire.ts';
import type { Connect } from './command.ts';
import { requireFilled } from './option-values.ts';
import { dateOf } from './prompts.ts';

interface CreateOptions {
  readonly file?: string;
  readonly template?: string;
}

export function addVersionCommands(program: Command, connect: Connect): void {
  const versions = program.command('versions').description('manage the versions of a prompt');

  versions
    .command('list')
    .description('list the versions of a prompt, newest first')
    .argument('<prompt>', 'slug or id')
    .addOption(
      new Option('--status <status>', 'only versions in this status').choices([
        'draft',
        'stable',
        'live',
        'archived',
      ]),
    )
    .action(async (slug: string, { status }: { readonly status?: string }, command: Command) => {
      const context = connect(command);
      const [api, { id }] = [await context.api(), await context.prompt(slug)];
      const { wire, value } = await answered(
        api.versions.listVersionsRaw({ id, ...(status !== undefined && { status }) }),
      );
      context.output.result(wire, () =>
        table(
          ['VERSION', 'STATUS', 'TAGS', 'CREATED', 'PUBLISHED'],
          value.versions.map(({ version, status: own, tags, createdAt, publishedAt }) => [
            String(version),
            own,
            tags.join(','),
            dateOf(createdAt),
            publishedAt === null ? '' : dateOf(publishedAt),
          ]),
        ),
      );
    });

  versions
    .command('get')
    .description('print the template of a version')
    .argument('<prompt>', 'slug or id')
    .argument('<version>', VERSION)
    .action(async (slug: string, ref: string, _options: object, command: Command) => {
      const context = connect(command);
      const wanted = parseVersionRef(ref);
      const [api, prompt] = [await context.api(), await context.prompt(slug)];
      const { version } = await versionOf(api, prompt, wanted);
      const { wire, value } = await answered(
        api.versions.getVersionRaw({ id: prompt.id, version: String(version) }),
      );
      context.output.text(wire, value.version.template);
    });

  versions
    .command('create')
    .description('save a template as a new draft; it comes from a file, an option or standard input')
    .argument('<prompt>', 'slug or id')
    .option('-f, --file <path>', 'file with the template; "-" reads standard input')
    .option('-t, --template <text>', 'text of the template')
    .action(async (slug: string, options: CreateOptions, command: Command) => {
      const context = connect(command);
      requireReference('the prompt', slug);
      const template = await templateOf(context, options);
      const [api, { id }] = [await context.api(), await context.prompt(slug)];
      const { wire, value } = await answered(
        api.versions.createVersionRaw({ id, createVersionRequest: { template } }),
      );
      const { version, status } = value.version;
      context.output.result(wire, () => printable(`${slug}: version ${version} is a ${status}.`));
    });

  program
    .command('diff')
    .description('show the differences between two versions of a prompt')
    .argument('<prompt>', 'slug or id')
    .argument('<from>', VERSION)
    .argument('<to>', VERSION)
    .action(async (slug: string, from: string, to: string, _options: object, command: Command) => {
      const context = connect(command);
      const [before, after] = [parseVersionRef(from), parseVersionRef(to)];
      const [api, prompt] = [await context.api(), await context.prompt(slug)];
      const { wire, value } = await answered(
        api.versions.diffVersionsRaw({
          id: prompt.id,
          from: String((await versionOf(api, prompt, before)).version),
          to: String((await versionOf(api, prompt, after)).version),
        }),
      );
      context.output.text(wire, value.diff, (line) => colored(line, context.output));
    });
}

/** @throws CliError unless there is exactly one source */
async function templateOf(context: Context, { file, template }: CreateOptions): Promise<string> {
  if (file !== undefined && template !== undefined)
    throw new CliError('usage', 'use either --file or --template, not both');
  requireFilled('the file (--file)', file);
  if (template !== undefined) return template;
  if (file !== undefined && file !== '-') return await readTextFile(file);
  if (file === undefined && isInteractive())
    throw new CliError('usage', 'the template is missing; use --file, --template or standard input');
  return await context.input();
}

function colored(line: string, { colors }: Output): string {
  if (line.startsWith('+++') || line.startsWith('---')) return colors.bold(line);
  if (line.startsWith('@@')) return colors.cyan(line);
  if (line.startsWith('+')) return colors.green(line);
  return line.startsWith('-') ? colors.red(line) : line;
}
