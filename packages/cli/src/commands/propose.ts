/** `propose`: asks for a change that policies let nobody make alone. */
import type { Prompt } from '@px0/sdk/api';
import { type Command, Option } from 'commander';
import { CliError } from '../exit-codes.ts';
import { describeProposal, stateOf } from '../requests/describe.ts';
import { printable } from '../text-input.ts';
import { parseVersionRef, VERSION, versionOf } from '../version-ref.ts';
import { answered } from '../wire.ts';
import type { Connect } from './command.ts';
import { requireFilled } from './option-values.ts';

interface ProposeOptions {
  readonly to?: 'stable' | 'live';
  readonly tag?: string;
  readonly title?: string;
  readonly description?: string;
  readonly whenReady?: boolean;
}

export function addProposeCommand(program: Command, connect: Connect): void {
  program
    .command('propose')
    .description('open a change request: promote a version, or set a tag, once reviewers approve')
    .argument('<prompt>', 'slug or id')
    .argument('<version>', VERSION)
    .addOption(
      new Option('--to <status>', 'status to promote to (default: live)')
        .choices(['stable', 'live'])
        .conflicts('tag'),
    )
    .option('--tag <tag>', 'set this tag to the version instead')
    .option('--title <title>', 'what reviewers see first (default: the change)')
    .option('--description <text>', 'why, as Markdown')
    .option('--when-ready', 'apply the change with the approval or check that completes what policies ask')
    .action(async (slug: string, ref: string, options: ProposeOptions, command: Command) => {
      const context = connect(command);
      const { to = 'live', tag, title, description, whenReady = false } = options;
      const wanted = parseVersionRef(ref);
      requireFilled('the tag (--tag)', tag);
      requireFilled('the title (--title)', title);
      const [api, prompt] = [await context.api(), await context.prompt(slug)];
      const { version } = await versionOf(api, prompt, wanted);
      const change =
        tag === undefined
          ? { kind: 'promote' as const, version, to }
          : { kind: 'set_tag' as const, tag, version };
      const { wire, value } = await answered(
        api.changeRequests.createChangeRequestRaw({
          id: prompt.id,
          createChangeRequestRequest: {
            title: title ?? defaultTitle(prompt, describeProposal(change)),
            ...(description !== undefined && { description }),
            change,
            ...(whenReady && { apply: 'when_ready' as const }),
          },
        }),
      );
      const request = value.changeRequest;
      context.output.result(wire, () =>
        printable(`${prompt.slug}: change request ${request.number} is ${stateOf(request)}.`),
      );
    });
}

/** Titles have at most 255 characters. @throws CliError */
function defaultTitle({ slug }: Prompt, change: string): string {
  const title = `${slug}: ${change}`;
  if ([...title].length <= 255) return title;
  throw new CliError('usage', 'the title would be longer than 255 characters; choose one with --title');
}
