/** `policies`: what protects the prompts of a team or an organization. */
import type { PromptPolicy } from '@px0/sdk/api';
import type { Command } from 'commander';
import type { Api, Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { table } from '../output.ts';
import { agreed } from '../terminal.ts';
import { printable } from '../text-input.ts';
import { answered } from '../wire.ts';
import type { Connect } from './command.ts';
import { forPeople } from './for-people.ts';
import { requireFilled } from './option-values.ts';

interface ScopeOptions {
  readonly org?: string | true;
}

interface DeleteOptions extends ScopeOptions {
  readonly yes?: boolean;
}

/** Whose policies: those of the organization, or the team's own. */
type Scope = { readonly kind: 'organization' | 'team'; readonly id: string };

const WHAT = 'changing policies';

const ORG = ['--org [organization]', 'policies of an organization (id or name) instead'] as const;

export function addPolicyCommands(program: Command, connect: Connect): void {
  const policies = program
    .command('policies')
    .description('list and change the policies that protect prompts');

  policies
    .command('list')
    .description('list the policies that apply to the team: its own, and those of its organization')
    .option(...ORG)
    .action(async ({ org }: ScopeOptions, command: Command) => {
      const context = connect(command);
      const { wire, value } = await answered(request(await context.api(), await scopeOf(context, org)));
      context.output.result(wire, () =>
        table(
          ['NAME', 'OF', 'GUARDS', 'OF PROMPTS', 'APPROVALS', 'CHECKS', 'ENABLED', 'ID'],
          value.policies.map((policy) => [
            policy.name,
            policy.scope.kind,
            policy.match.transitions.join(', '),
            policy.match.slugs.join(', '),
            String(policy.require.approvals),
            policy.require.checks.map(({ kind, name }) => name ?? kind).join(', '),
            policy.enabled ? 'yes' : 'no',
            policy.id,
          ]),
        ),
      );
    });

  policies
    .command('show')
    .description('print a policy as a file for "px0 policies set"')
    .argument('<policy>', 'name or id')
    .option(...ORG)
    .action(async (named: string, { org }: ScopeOptions, command: Command) => {
      const context = connect(command);
      requireFilled('the policy', named);
      const api = await context.api();
      const policy = await policyOf(api, await scopeOf(context, org), named);
      const { policyText } = await import('../policies/policy-file.ts');
      const { PromptPolicyToJSON } = await import('@px0/sdk/api');
      context.output.text(PromptPolicyToJSON(policy), policyText(policy));
    });

  policies
    .command('set')
    .description("create or replace the policies in a file, matched by name; needs a person's login")
    .argument('<file>', 'YAML or JSON: a policy, or a list of them; "/dev/stdin" reads standard input')
    .option(...ORG)
    .action(async (path: string, { org }: ScopeOptions, command: Command) => {
      const context = connect(command);
      requireFilled('the file', path);
      const { readPolicies } = await import('../policies/policy-file.ts');
      const wanted = await readPolicies(path);
      const [api, scope] = [await context.api(), await scopeOf(context, org)];
      const present = (await request(api, scope).then((answer) => answer.value())).policies;
      const made: unknown[] = [];
      for (const { name, request: promptPolicyRequest } of wanted) {
        const own = present.find((one) => one.scope.kind === scope.kind && one.name === name);
        const { wire } = await forPeople(context, WHAT, () =>
          answered(
            own === undefined
              ? scope.kind === 'team'
                ? api.policies.createTeamPolicyRaw({ teamID: scope.id, promptPolicyRequest })
                : api.policies.createOrgPolicyRaw({ orgID: scope.id, promptPolicyRequest })
              : api.policies.updatePolicyRaw({ id: own.id, promptPolicyRequest }),
          ),
        );
        made.push(wire);
        if (!context.output.isJson)
          context.output.write(`${printable(`${name}: ${own === undefined ? 'created' : 'replaced'}.`)}\n`);
      }
      if (context.output.isJson) context.output.json(made.length === 1 ? made[0] : made);
    });

  policies
    .command('delete')
    .description("delete a policy; needs a person's login")
    .argument('<policy>', 'name or id')
    .option(...ORG)
    .option('-y, --yes', 'do not ask for confirmation')
    .action(async (named: string, { org, yes }: DeleteOptions, command: Command) => {
      const context = connect(command);
      requireFilled('the policy', named);
      const api = await context.api();
      const { id, name } = await policyOf(api, await scopeOf(context, org), named);
      if (!(await agreed(`Delete the policy ${name}, which protects prompts?`, yes)))
        throw new CliError('interrupted', 'nothing was changed');
      await forPeople(context, WHAT, () => api.policies.deletePolicy(id));
      context.output.result({ id, name, deleted: true }, () => printable(`${name}: deleted.`));
    });
}

async function scopeOf(context: Context, org: string | true | undefined): Promise<Scope> {
  if (org === undefined) return { kind: 'team', id: await context.team() };
  return { kind: 'organization', id: await context.organization(org === true ? undefined : org) };
}

function request({ policies }: Api, { kind, id }: Scope) {
  return kind === 'team'
    ? policies.listTeamPoliciesRaw({ teamID: id })
    : policies.listOrgPoliciesRaw({ orgID: id });
}

/** The scope's own policies come before those that it has from its organization. */
async function policyOf(api: Api, scope: Scope, named: string): Promise<PromptPolicy> {
  const { policies } = await (await request(api, scope)).value();
  const fitting = policies.filter(({ id, name }) => id === named || name === named);
  const found = fitting.find((one) => one.scope.kind === scope.kind) ?? fitting[0];
  if (found !== undefined) return found;
  throw new CliError('not_found', `there is no policy ${printable(named)}`);
}
