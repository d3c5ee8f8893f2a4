/** `prompts`: the prompts of a team. */
import type { Prompt } from '@px0/sdk/api';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { table } from '../output.ts';
import { requireReference } from '../version-ref.ts';
import { answered } from '../wire.ts';
import type { Connect } from './command.ts';
import { requireFilled } from './option-values.ts';

interface ListOptions {
  readonly archived?: boolean;
  readonly search?: string;
  readonly tag?: string;
}

interface CreateOptions {
  readonly slug?: string;
  readonly description?: string;
}

export function addPromptCommands(program: Command, connect: Connect): void {
  const prompts = program.command('prompts').description('manage the prompts of a team');

  prompts
    .command('list')
    .description('list the active prompts of the team')
    .option('--archived', 'list the archived prompts instead')
    .option(
      '--search <words>',
      'only prompts with words that start with these in their name, slug or description',
    )
    .option('--tag <tag>', 'only prompts that have this tag on a version')
    .action(async ({ archived = false, search, tag }: ListOptions, command: Command) => {
      const context = connect(command);
      // px0 ignores an empty filter, and would list all prompts.
      requireFilled('the tag (--tag)', tag);
      requireFilled('the words (--search)', search);
      const { wire, value } = await answered(
        (await context.api()).prompts.listPromptsRaw({
          teamID: await context.team(),
          archived: String(archived),
          sort: 'name',
          ...(search !== undefined && { q: search }),
          ...(tag !== undefined && { tag }),
        }),
      );
      context.output.result(wire, () =>
        table(
          ['SLUG', 'NAME', 'CREATED'],
          value.prompts.map(({ slug, name, createdAt }) => [slug, name, dateOf(createdAt)]),
        ),
      );
    });

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
    .action(async (name: string, options: CreateOptions, command: Command) => {
      const context = connect(command);
      requireFilled('the slug (--slug)', options.slug);
      const { prompts: api } = await context.api();
      const request = { teamID: await context.team(), createPromptRequest: { name, ...options } };
      show(context, await answered(api.createPromptRaw(request)));
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
    const { slug, name, description, status, id, teamId, createdAt } = value.prompt;
    return table(
      ['slug', slug],
      [
        ['name', name],
        ['description', description],
        ['status', status],
        ['id', id],
        ['team', teamId],
        ['created', dateOf(createdAt)],
      ],
    );
  });
}

export function dateOf(time: Date): string {
  return time.toISOString().replace('T', ' ').slice(0, 16);
}
