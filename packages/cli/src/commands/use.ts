/** `use`: the team that commands work in from now on. It is kept by host, beside the credentials. See docs/decisions/219-what-the-command-line-remembers.md. */
import { ForbiddenError } from '@px0/sdk';
import type { Command } from 'commander';
import { type ChosenTeam, withTeam } from '../config-file.ts';
import { type Context, isId } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { printable } from '../text-input.ts';
import type { Connect } from './command.ts';
import { requireFilled } from './option-values.ts';

interface UseOptions {
  readonly forget?: boolean;
}

export function addUseCommand(program: Command, connect: Connect): void {
  program
    .command('use')
    .description('choose the team that commands work in from now on; without a team, show which one it is')
    .argument('[team]', 'id or name')
    .option('--forget', 'choose no team')
    .action(async (team: string | undefined, { forget = false }: UseOptions, command: Command) => {
      const context = connect(command);
      requireFilled('the team', team);
      if (forget && team !== undefined) throw new CliError('usage', 'name a team, or use --forget');
      if (forget) await choose(context, undefined);
      else if (team !== undefined) await choose(context, await teamNamed(context, team));
      else await show(context);
    });
}

async function choose(context: Context, team: ChosenTeam | undefined): Promise<void> {
  const { output, config } = context;
  const host = await context.host();
  await config.write(withTeam(await config.read(), host, team));
  report(context, host, team);
  if (context.isTeamGiven && !output.isJson) output.note('px0: --team and PX0_TEAM take precedence');
}

async function show(context: Context): Promise<void> {
  report(context, await context.host(), await context.chosenTeam());
}

function report({ output }: Context, host: string, team: ChosenTeam | undefined): void {
  output.result({ host, team: team ?? null }, () =>
    printable(
      team === undefined
        ? `No team is chosen at ${host}.`
        : `Commands at ${host} work in the team ${team.name ?? team.id}.`,
    ),
  );
}

/** @throws CliError for a team that the caller does not know, or may not work in */
async function teamNamed(context: Context, named: string): Promise<ChosenTeam> {
  try {
    const { id, name } = await context.ownTeam(named);
    return { id, name };
  } catch (error) {
    // Those who may not list teams, and those who administer teams that they are not in, know ids.
    const isUnknown = error instanceof CliError && error.exit === 'not_found';
    if (!isId(named) || !(isUnknown || error instanceof ForbiddenError)) throw explained(error);
  }
  const { prompts } = await context.api();
  await prompts.listPromptsRaw({ teamID: named, limit: '1' }).then((answer) => answer.value());
  return { id: named };
}

function explained(error: unknown): unknown {
  if (!(error instanceof ForbiddenError)) return error;
  return new CliError('forbidden', 'this API key may not list teams; give the id of the team', {
    cause: error,
  });
}
