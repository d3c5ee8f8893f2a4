/** `prompts`: the prompts of a team. */
import type { Prompt, PromptSummary } from '@px0/sdk/api';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { table } from '../output.ts';
import { authorText } from '../people.ts';
import { printable } from '../text-input.ts';
import { requireReference } from '../version-ref.ts';
import { answered } from '../wire.ts';
import type { Connect } from './command.ts';
import { requireFilled } from './option-values.ts';
import { addSearchCommand } from './search.ts';

interface ListOptions {
  readonly archived?: boolean;
  readonly search?: string;
  readonly content?: boolean;
  readonly folder?: string;
  readonly tag?: string;
}

interface CreateOptions {
  readonly slug?: string;
  readonly description?: string;
  readonly folder?: string;
}

export function addPromptCommands(program: Command, connect: Connect): void {
  const prompts = program.command('prompts').description('manage the prompts of a team');

  prompts
    .command('list')
    .description('list the active prompts of the team, with their live version and last change')
    .option('--archived', 'list the archived prompts instead')
    .option(
      '--search <words>',
      'only prompts with words that start with these in their name, slug, description or folder',
    )
    .option('--content', 'search the text of the live version instead')
    .option(
      '--folder <folder>',
      'only prompts in this folder; "support/" also those below it, "/" those in no folder',
    )
    .option('--tag <tag>', 'only prompts that have this tag on a version')
    .action(async (options: ListOptions, command: Command) => {
      const { archived = false, search, content = false, folder, tag } = options;
      const context = connect(command);
      // px0 ignores an empty filter, and would list all prompts.
      requireFilled('the tag (--tag)', tag);
      requireFilled('the words (--search)', search);
      requireFilled('the folder (--folder)', folder);
      if (content && search === undefined)
        throw new CliError('usage', '--content needs the words to search for; add --search');
      const { prompts: api } = await context.api();
      const teamID = await context.team();
      const { wire, value } = await answered(
        api.listPromptsRaw({
          teamID,
          archived: String(archived),
          sort: 'name',
          include: 'summary',
          ...(content && { _in: 'content' as const }),
          ...(folder !== undefined && { folder }),
          ...(search !== undefined && { q: search }),
          ...(tag !== undefined && { tag }),
        }),
      );
      const nameOf = await authorText(
        context,
        teamID,
        value.prompts.map(({ summary }) => summary?.lastChange?.actor),
      );
      context.output.result(wire, () =>
        table(
          ['SLUG', 'NAME', 'FOLDER', 'LIVE', 'TAGS', 'VERSIONS', 'KIND', 'BY', 'LAST CHANGE'],
          value.prompts.map(({ slug, name, folder: own = '', summary }) => [
            slug,
            name,
            own,
            liveIn(summary),
            summary?.liveTags.join(',') ?? '',
            summary === undefined ? '' : String(summary.versions),
            summary?.kind ?? '',
            nameOf(summary?.lastChange?.actor),
            lastChangeOf(summary),
          ]),
          {
            width: context.output.width,
            flexible: ['NAME', 'LAST CHANGE', 'BY', 'TAGS', 'FOLDER'],
          },
        ),
      );
    });

  addSearchCommand(prompts, connect);

  prompts
    .command('get')
    .description('show a prompt')
    .argument('<prompt>', 'slug or id')
    .action(async (slug: string, _options: object, command: Command) => {
      const context = connect(command);
      requireReference('the prompt', slug);
      const { prompts: api } = await context.api();
      const teamId = await context.namedTeam();
      show(context, await answered(api.getPromptRaw({ id: slug, ...(teamId !== undefined && { teamId }) })));
    });

  prompts
    .command('create')
    .description('create a prompt in the team; add versions with "versions create"')
    .argument('<name>', 'display name; the slug is derived from it')
    .option('--slug <slug>', 'use this slug instead')
    .option('--description <text>', 'what the prompt is for')
    .option('--folder <folder>', 'the folder of the prompt, e.g. support/mail')
    .action(async (name: string, options: CreateOptions, command: Command) => {
      const context = connect(command);
      requireFilled('the slug (--slug)', options.slug);
      requireFilled('the folder (--folder)', options.folder);
      const { prompts: api } = await context.api();
      const request = { teamID: await context.team(), createPromptRequest: { name, ...options } };
      show(context, await answered(api.createPromptRaw(request)));
    });

  prompts
    .command('move-folder')
    .description(
      'move all prompts in a folder, and in those below it, to another folder; slugs stay as they are',
    )
    .argument('<from>', 'the folder, e.g. support/mail')
    .argument('<to>', 'its new path; "/" takes the prompts out of the folder')
    .action(async (from: string, to: string, _options: object, command: Command) => {
      const context = connect(command);
      requireFilled('the folder', from, to);
      const { prompts: api } = await context.api();
      const moveFolderRequest = { from, to: to === '/' ? '' : to };
      const { wire, value } = await answered(
        api.moveFolderRaw({ teamID: await context.team(), moveFolderRequest }),
      );
      const what = `${value.moved} prompt${value.moved === 1 ? '' : 's'}`;
      context.output.result(wire, () => printable(`${what} moved from ${from} to ${to}.`));
    });

  const changes = {
    archive: ['archive a prompt; it still renders', 'archivePromptRaw'],
    restore: ['make an archived prompt active again', 'restorePromptRaw'],
  } as const;
  for (const [name, [description, operation]] of Object.entries(changes)) {
    prompts
      .command(name)
      .description(description)
      .argument('<prompt>', 'slug or id')
      .action(async (slug: string, _options: object, command: Command) => {
        const context = connect(command);
        const [{ prompts: api }, { id }] = [await context.api(), await context.prompt(slug)];
        show(context, await answered(api[operation]({ id })));
      });
  }
}

function show(
  { output }: Context,
  { wire, value }: { readonly wire: unknown; readonly value: { readonly prompt: Prompt } },
): void {
  output.result(wire, () => {
    const { slug, name, description, folder = '', status, id, teamId, createdAt } = value.prompt;
    return table(
      ['slug', slug],
      [
        ['name', name],
        ['description', description],
        ...(folder === '' ? [] : [['folder', folder]]),
        ['status', status],
        ['id', id],
        ['team', teamId],
        ['created', dateOf(createdAt)],
      ],
    );
  });
}

/** As `v3`, or that nothing is live. Empty for a px0 of the release before, which does not say. */
function liveIn(summary: PromptSummary | undefined): string {
  if (summary === undefined) return '';
  return summary.liveVersion === null ? 'none' : `v${summary.liveVersion}`;
}

/** As `2026-11-29 08:00 promoted v3: reason`. */
function lastChangeOf(summary: PromptSummary | undefined): string {
  if (!summary?.lastChange) return '';
  const { action, version, note, createdAt } = summary.lastChange;
  // What is recorded of a patch is another folder, another contract, or both.
  const what =
    action === 'prompt.patched'
      ? 'folder or contract changed'
      : action.replace(/^.*\./, '').replaceAll('_', ' ');
  const which = version === null ? '' : ` v${version}`;
  return `${dateOf(createdAt)} ${what}${which}${note === '' ? '' : `: ${note}`}`;
}

export function dateOf(time: Date): string {
  return time.toISOString().replace('T', ' ').slice(0, 16);
}
