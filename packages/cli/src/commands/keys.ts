/** `keys`: the API keys of an organization, for its admins. */
import type { APIKey } from '@px0/sdk/api';
import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { table } from '../output.ts';
import { agreed } from '../terminal.ts';
import { printable } from '../text-input.ts';
import { requireReference } from '../version-ref.ts';
import { answered } from '../wire.ts';
import type { Connect } from './command.ts';
import { forPeople } from './for-people.ts';
import { requireFilled, time, wholeNumberFrom } from './option-values.ts';
import { dateOf } from './prompts.ts';

interface OrganizationOptions {
  readonly org?: string;
}

interface CreateOptions extends OrganizationOptions {
  readonly operation: 'read_render' | 'all' | 'admin';
  readonly teamScope?: readonly string[];
  readonly expires?: Date;
  readonly slug?: readonly string[];
  readonly tag?: readonly string[];
  /** False for `--no-live`. */
  readonly live: boolean;
}

interface DeleteOptions {
  readonly yes?: boolean;
}

const WHAT = 'managing API keys';

export function addKeyCommands(program: Command, connect: Connect): void {
  const keys = program
    .command('keys')
    .description("manage an organization's API keys; needs a person's login");

  keys
    .command('list')
    .description('list the API keys, without their secrets')
    .option('--org <organization>', 'organization id or name')
    .action(async ({ org }: OrganizationOptions, command: Command) => {
      const context = connect(command);
      const { keys: api } = await context.api();
      const { wire, value } = await forPeople(context, WHAT, async () =>
        answered(api.listAPIKeysRaw({ orgId: await context.organization(org) })),
      );
      context.output.result(wire, () =>
        table(
          ['NAME', 'OPERATION', 'LIMITS', 'CREATED', 'LAST USED', 'EXPIRES', 'ID'],
          value.apiKeys.map(({ name, operation, limits, createdAt, lastUsedAt, expiresAt, id }) => [
            name,
            operation,
            limitsText(limits),
            dateOf(createdAt),
            lastUsedAt === null ? 'never' : dateOf(lastUsedAt),
            expiresAt === null || expiresAt === undefined ? 'never' : dateOf(expiresAt),
            id,
          ]),
          { width: context.output.width, flexible: ['LIMITS', 'NAME'] },
        ),
      );
    });

  keys
    .command('create')
    .description('create an API key and print its secret, which is shown only once')
    .argument('<name>', 'what the key is for')
    .option('--org <organization>', 'organization id or name')
    .addOption(
      new Option('--operation <operation>', 'what the key may do')
        .choices(['read_render', 'all', 'admin'])
        .default('read_render'),
    )
    .option('--team-scope <id...>', 'restrict the key to these teams')
    .option('--slug <pattern...>', 'restrict the key to prompts with these slugs, e.g. "billing_*"')
    .option('--tag <pattern...>', 'restrict the key to the live version and those with these tags')
    .option('--no-live', 'with --tag: not even the live version')
    .option('--expires <time>', 'when the key expires, e.g. 2030-01-31 (UTC) or 2030-01-31T18:00:00Z', time)
    .action(async (name: string, options: CreateOptions, command: Command) => {
      const context = connect(command);
      const { org, operation, teamScope, expires, slug, tag, live } = options;
      requireFilled('the team (--team-scope)', ...(teamScope ?? []));
      requireFilled('the slug (--slug)', ...(slug ?? []));
      requireFilled('the tag (--tag)', ...(tag ?? []));
      const isOfRefs = tag !== undefined || !live;
      const { keys: api } = await context.api();
      const { wire, value } = await forPeople(context, WHAT, async () =>
        answered(
          api.createAPIKeyRaw({
            createAPIKeyRequest: {
              name,
              orgId: await context.organization(org),
              operation,
              ...(teamScope !== undefined && { teamIds: [...teamScope] }),
              ...(expires !== undefined && { expiresAt: expires }),
              ...((slug !== undefined || isOfRefs) && {
                limits: {
                  ...(slug !== undefined && { slugs: [...slug] }),
                  ...(isOfRefs && { refs: { live, tags: [...(tag ?? [])] } }),
                },
              }),
            },
          }),
        ),
      );
      showSecret(context, wire, value.key);
    });

  keys
    .command('rotate')
    .description('replace an API key; the old key keeps working for a while')
    .argument('<id>', 'the id of the key')
    .option(
      '--overlap <seconds>',
      'how long the old key keeps working (default: one day)',
      wholeNumberFrom(0),
    )
    .action(async (id: string, { overlap }: { readonly overlap?: number }, command: Command) => {
      const context = connect(command);
      requireReference('the id', id);
      const { keys: api } = await context.api();
      const rotateAPIKeyRequest = overlap === undefined ? {} : { overlapSeconds: overlap };
      const { wire, value } = await forPeople(context, WHAT, () =>
        answered(api.rotateAPIKeyRaw({ id, rotateAPIKeyRequest })),
      );
      showSecret(context, wire, value.key);
    });

  keys
    .command('delete')
    .description('revoke an API key immediately')
    .argument('<id>', 'the id of the key')
    .option('-y, --yes', 'do not ask for confirmation')
    .action(async (id: string, { yes }: DeleteOptions, command: Command) => {
      const context = connect(command);
      requireReference('the id', id);
      const { keys: api } = await context.api();
      if (!(await agreed(`Revoke the API key ${id}? It stops working immediately.`, yes)))
        throw new CliError('interrupted', 'nothing was changed');
      await forPeople(context, WHAT, () => api.deleteAPIKey(id));
      context.output.result({ id }, () => printable(`Revoked the API key ${id}.`));
    });
}

/** What a key is limited to, in a cell of a table. */
function limitsText(limits: APIKey['limits']): string {
  if (limits === undefined) return 'none';
  const { slugs, refs } = limits;
  const parts = [
    ...(slugs === undefined ? [] : [`slugs ${slugs.join(' ')}`]),
    ...(refs?.live === true ? ['live'] : []),
    ...(refs === undefined || refs.tags.length === 0 ? [] : [`tags ${refs.tags.join(' ')}`]),
  ];
  return parts.join(', ');
}

function showSecret({ output }: Context, wire: unknown, secret: string): void {
  if (!output.isJson) output.note('Save this secret now; px0 does not show it again.');
  output.result(wire, () => secret);
}
