/** `versions` and `diff`: what the versions of a prompt hold, and their differences. */
import { InvalidRequestError } from '@px0/sdk';
import type { ChatMessage, DiffVersions200Response, Prompt, PromptVersion } from '@px0/sdk/api';
import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { diffLine, table } from '../output.ts';
import { authorText } from '../people.ts';
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
  readonly messages?: string;
  readonly config?: string;
  readonly schema?: string;
  readonly note?: string;
}

interface GetOptions {
  readonly format?: 'file' | 'json' | 'program';
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
      const [api, { id, teamId }] = [await context.api(), await context.prompt(slug)];
      const { wire, value } = await answered(
        api.versions.listVersionsRaw({ id, ...(status !== undefined && { status }) }),
      );
      const authors = value.versions.map(({ createdBy }) => createdBy);
      const nameOf = await authorText(context, teamId, authors);
      context.output.result(wire, () =>
        table(
          ['VERSION', 'STATUS', 'KIND', 'TAGS', 'AUTHOR', 'CREATED', 'PUBLISHED', 'NOTE'],
          value.versions.map((one) => [
            String(one.version),
            one.status,
            one.kind ?? 'text',
            one.tags.join(','),
            nameOf(one.createdBy),
            dateOf(one.createdAt),
            one.publishedAt === null ? '' : dateOf(one.publishedAt),
            one.note ?? '',
          ]),
          { width: context.output.width, flexible: ['NOTE', 'AUTHOR', 'TAGS'] },
        ),
      );
    });

  versions
    .command('get')
    .description('print the template of a version, or the messages of a chat')
    .argument('<prompt>', 'slug or id')
    .argument('<version>', VERSION)
    .addOption(
      new Option(
        '--format <format>',
        '"file": with everything that belongs to it, as in a *.prompt.md; "json": like --json; "program": the template that renders it',
      ).choices(['file', 'json', 'program']),
    )
    .action(async (slug: string, ref: string, { format }: GetOptions, command: Command) => {
      const context = connect(command);
      const wanted = parseVersionRef(ref);
      const [api, prompt] = [await context.api(), await context.prompt(slug)];
      const { version } = await versionOf(api, prompt, wanted);
      const { wire, value } = await answered(
        api.versions.getVersionRaw({
          id: prompt.id,
          version: String(version),
          ...(format === 'program' && { include: 'program' as const }),
        }),
      );
      if (format === 'json') context.output.json(wire);
      else context.output.text(wire, await versionText(prompt, value.version, wire, format));
    });

  versions
    .command('create')
    .description(
      'save a template, or the messages of a chat, as a new draft; it comes from a file, an option or standard input',
    )
    .argument('<prompt>', 'slug or id')
    .option('-f, --file <path>', 'file with the template; "-" reads standard input')
    .option('-t, --template <text>', 'text of the template')
    .option(
      '--messages <path>',
      'file with the messages of a chat, as JSON or as in a *.prompt.md; "-" reads standard input',
    )
    .option('--config <path>', 'JSON file with the model and its settings')
    .option('--schema <path>', 'JSON file with rules for the variables, beyond what the template needs')
    .option('--note <text>', 'why you make this version')
    .action(async (slug: string, options: CreateOptions, command: Command) => {
      const context = connect(command);
      requireReference('the prompt', slug);
      requireFilled('the note (--note)', options.note);
      const content = await contentOf(context, options);
      const config = await objectOf('--config', options.config);
      const inputSchema = await objectOf('--schema', options.schema);
      const createVersionRequest = {
        ...content,
        ...(config !== undefined && { config }),
        ...(inputSchema !== undefined && { inputSchema }),
        ...(options.note !== undefined && { note: options.note }),
      };
      const [api, { id }] = [await context.api(), await context.prompt(slug)];
      const { adviceOn, doubtsAbout } = await import('../prompt-files/template-advice.ts');
      const { wire, value } = await answered(
        api.versions.createVersionRaw({ id, createVersionRequest }),
      ).catch((error: unknown) => {
        throw isBrokenTemplate(error) ? withAdvice(error, adviceOn(content)) : error;
      });
      const { version, status } = value.version;
      if (!context.output.isJson)
        for (const doubt of doubtsAbout(content)) context.output.note(printable(`px0: ${doubt}`));
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
      context.output.text(wire, diffText(value), (line) => diffLine(line, context.output.colors));
    });
}

function isBrokenTemplate(error: unknown): error is InvalidRequestError {
  return error instanceof InvalidRequestError && error.message.startsWith('invalid template: ');
}

function withAdvice(error: InvalidRequestError, advice: string): InvalidRequestError {
  if (advice === '') return error;
  return new InvalidRequestError(error.status, `${error.message} (${advice})`, null, error.hint);
}

async function versionText(
  prompt: Prompt,
  version: PromptVersion,
  wire: unknown,
  format: GetOptions['format'],
): Promise<string> {
  const { kind, template, program } = version;
  if (format === 'program') return program?.template ?? template;
  if (format !== 'file' && kind !== 'chat') return template;
  // Loaded only here, because its dependencies are slow to load.
  const { fileOfVersion, messagesOfVersion } = await import('../prompt-files/version-file.ts');
  return format === 'file' ? fileOfVersion(prompt, version, wire) : messagesOfVersion(wire);
}

/** The texts, or the sections of versions that hold more than a text. The program of a chat is for machines. */
function diffText({ diff, sections = [] }: DiffVersions200Response): string {
  const isText = sections.every(({ name }) => name !== 'messages');
  const parts = sections
    .filter((section) => section.diff !== '')
    .map((section) => `${section.name}:\n${section.diff}`);
  return [...(isText && diff !== '' ? [diff] : []), ...parts].join('');
}

/** @throws CliError unless there is exactly one source */
async function contentOf(
  context: Context,
  { file, template, messages }: CreateOptions,
): Promise<{ readonly template: string } | { readonly messages: ChatMessage[] }> {
  if ([file, template, messages].filter((source) => source !== undefined).length > 1)
    throw new CliError('usage', 'use only one of --file, --template and --messages');
  requireFilled('the file (--file)', file);
  requireFilled('the file (--messages)', messages);
  if (messages !== undefined) {
    const text = messages === '-' ? await context.input() : await readTextFile(messages);
    const { messagesIn } = await import('./authored-files.ts');
    return { messages: messagesIn(text, messages === '-' ? 'standard input' : printable(messages)) };
  }
  if (template !== undefined) return { template };
  if (file !== undefined && file !== '-') return { template: await readTextFile(file) };
  if (file === undefined && isInteractive())
    throw new CliError(
      'usage',
      'the template is missing; use --file, --template, --messages or standard input',
    );
  return { template: await context.input() };
}

async function objectOf(
  option: string,
  path: string | undefined,
): Promise<Record<string, unknown> | undefined> {
  if (path === undefined) return undefined;
  const { objectIn } = await import('./authored-files.ts');
  return await objectIn(option, path);
}
