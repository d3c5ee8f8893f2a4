/** `requests`: change requests of the team, and what reviewers do with them. */
import type { ChangeRequest } from '@px0/sdk/api';
import { type Command, Option } from 'commander';
import { CliError } from '../exit-codes.ts';
import { table } from '../output.ts';
import { describeProposal, stateOf } from '../requests/describe.ts';
import { requestId } from '../requests/find-request.ts';
import { agreed } from '../terminal.ts';
import { printable } from '../text-input.ts';
import { answered } from '../wire.ts';
import type { Connect } from './command.ts';
import { forPeople } from './for-people.ts';
import { requireFilled } from './option-values.ts';
import { dateOf } from './prompts.ts';

interface ListOptions {
  readonly state: 'open' | 'applied' | 'closed' | 'obsolete' | 'all';
  readonly prompt?: string;
  readonly mine?: 'reviewer' | 'author';
}

interface ReviewOptions {
  readonly approve?: boolean;
  readonly requestChanges?: boolean;
  readonly comment?: string;
  readonly contentHash?: string;
  readonly yes?: boolean;
}

const REQUEST = 'number in the team, or id';

export function addRequestCommands(program: Command, connect: Connect): void {
  const requests = program.command('requests').description('list, review and apply change requests');

  requests
    .command('list')
    .description('list the change requests of the team, newest first')
    .addOption(
      new Option('--state <state>', 'only those in this state')
        .choices(['open', 'applied', 'closed', 'obsolete', 'all'])
        .default('open'),
    )
    .option('--prompt <prompt>', 'only those about this prompt: slug or id')
    .addOption(
      new Option('--mine <as>', 'in all teams: those that wait for your review, or that you opened')
        .choices(['reviewer', 'author'])
        .conflicts(['prompt', 'state']),
    )
    .action(async ({ state, prompt, mine }: ListOptions, command: Command) => {
      const context = connect(command);
      const { changeRequests: api } = await context.api();
      const { wire, value } =
        mine === undefined
          ? await answered(
              api.listChangeRequestsRaw({
                teamID: await context.team(),
                limit: '100',
                ...(state !== 'all' && { state }),
                ...(prompt !== undefined && { promptId: (await context.prompt(prompt)).id }),
              }),
            )
          : await forPeople(context, '--mine', () => answered(api.listMyChangeRequestsRaw({ as: mine })));
      context.output.result(wire, () => listed(value.changeRequests, context.output.width));
      if ('nextCursor' in value && value.nextCursor !== undefined)
        context.output.note('px0: only the newest 100 are shown');
    });

  requests
    .command('show')
    .description('show a change request: what changes, how outputs differ, and who reviewed it')
    .argument('<request>', REQUEST)
    .action(async (named: string, _options: object, command: Command) => {
      const context = connect(command);
      const id = await requestId(context, named);
      const { wire, value } = await answered(
        (await context.api()).changeRequests.getChangeRequestRaw({ id }),
      );
      const { requestText } = await import('../requests/request-text.ts');
      context.output.text(wire, requestText(value));
    });

  requests
    .command('review')
    .description("approve a change request, or ask for changes; needs a person's login")
    .argument('<request>', REQUEST)
    .addOption(new Option('--approve', 'approve the change').conflicts('requestChanges'))
    .option('--request-changes', 'ask for changes')
    .option('--comment <text>', 'why')
    .option('--content-hash <hash>', 'review only if the content is still this one')
    .option('-y, --yes', 'skip showing the change, and do not ask for confirmation')
    .action(async (named: string, options: ReviewOptions, command: Command) => {
      const context = connect(command);
      const { approve = false, requestChanges = false, comment, contentHash, yes } = options;
      if (!approve && !requestChanges) throw new CliError('usage', 'choose --approve or --request-changes');
      requireFilled('the comment (--comment)', comment);
      const id = await requestId(context, named);
      const { changeRequests: api } = await context.api();
      const shown = await api.getChangeRequest(id);
      const { binding, number, slug } = shown.changeRequest;
      if (contentHash !== undefined && contentHash !== binding.contentHash)
        throw new CliError('conflict', `the content of change request ${number} has changed`);
      if (yes !== true) {
        const { requestText } = await import('../requests/request-text.ts');
        context.output.note(requestText(shown));
      }
      const verdict = approve ? 'approve' : 'request_changes';
      const question = approve
        ? `Approve change request ${number} of ${slug}?`
        : `Ask for changes of change request ${number} of ${slug}?`;
      if (!(await agreed(question, yes))) throw new CliError('interrupted', 'nothing was reviewed');
      const reviewChangeRequestRequest = {
        verdict,
        contentHash: binding.contentHash,
        ...(comment !== undefined && { comment }),
      } as const;
      const { wire, value } = await forPeople(context, 'a review', () =>
        answered(api.reviewChangeRequestRaw({ id, reviewChangeRequestRequest })),
      );
      context.output.result(wire, () => sentence(value.changeRequest));
    });

  requests
    .command('apply')
    .description('apply a change request that meets all policies')
    .argument('<request>', REQUEST)
    .option('-y, --yes', 'do not ask for confirmation')
    .action(async (named: string, { yes }: ReviewOptions, command: Command) => {
      const context = connect(command);
      const id = await requestId(context, named);
      const { changeRequests: api } = await context.api();
      if (yes !== true) {
        const { changeRequest } = await api.getChangeRequest(id);
        const { slug, change } = changeRequest;
        if (!(await agreed(`${slug}: ${describeProposal(change)}?`, yes)))
          throw new CliError('interrupted', 'nothing was changed');
      }
      const { wire, value } = await answered(api.applyChangeRequestRaw({ id }));
      context.output.result(wire, () => sentence(value.changeRequest));
    });

  requests
    .command('close')
    .description('close a change request without applying it')
    .argument('<request>', REQUEST)
    .option('--reason <text>', 'why')
    .action(async (named: string, { reason }: { readonly reason?: string }, command: Command) => {
      const context = connect(command);
      requireFilled('the reason (--reason)', reason);
      const id = await requestId(context, named);
      const { changeRequests: api } = await context.api();
      const { wire, value } = await answered(
        api.closeChangeRequestRaw({
          id,
          ...(reason !== undefined && { closeChangeRequestRequest: { reason } }),
        }),
      );
      context.output.result(wire, () => sentence(value.changeRequest));
    });
}

function listed(requests: readonly ChangeRequest[], width: number | undefined): string {
  if (requests.length === 0) return 'No change requests.';
  return table(
    ['NUMBER', 'PROMPT', 'CHANGE', 'STATE', 'TITLE', 'CREATED'],
    requests.map((request) => [
      String(request.number),
      request.slug,
      describeProposal(request.change),
      stateOf(request),
      request.title,
      dateOf(request.createdAt),
    ]),
    { width, flexible: ['TITLE', 'STATE', 'CHANGE'] },
  );
}

function sentence(request: ChangeRequest): string {
  return printable(`${request.slug}: change request ${request.number} is ${stateOf(request)}.`);
}
