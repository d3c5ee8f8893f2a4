/** `services`: which services render a prompt, or any prompt of the team. */
import type { PromptService } from '@px0/sdk/api';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { table } from '../output.ts';
import { printable } from '../text-input.ts';
import { liveVersionOf } from '../version-ref.ts';
import { answered } from '../wire.ts';
import type { Connect } from './command.ts';
import { wholeNumberBetween, wholeNumberFrom } from './option-values.ts';
import { dateOf } from './prompts.ts';

interface ServicesOptions {
  readonly days: number;
  readonly version?: number;
}

/** As far back as px0 looks. */
const MOST_DAYS = 90;

export function addServicesCommand(program: Command, connect: Connect): void {
  program
    .command('services')
    .description('list the services that render a prompt, by version, or any prompt of the team')
    .argument('[prompt]', 'slug or id (default: all prompts of the team)')
    .option(
      '--days <days>',
      `how far to look back, from 1 to ${MOST_DAYS}`,
      wholeNumberBetween(1, MOST_DAYS),
      7,
    )
    .option('--version <number>', 'only services that render this version', wholeNumberFrom(1))
    .action(async (slug: string | undefined, options: ServicesOptions, command: Command) => {
      const context = connect(command);
      if (slug !== undefined) await showServicesOf(context, slug, options);
      else if (options.version === undefined) await showServicesOfTeam(context, options);
      else throw new CliError('usage', '--version needs a prompt');
    });
}

async function showServicesOf(
  context: Context,
  slug: string,
  { days, version }: ServicesOptions,
): Promise<void> {
  const [{ prompts, versions }, prompt] = [await context.api(), await context.prompt(slug)];
  const { wire, value } = await answered(
    prompts.listPromptServicesRaw({
      id: prompt.id,
      days: String(days),
      ...(version !== undefined && { version: String(version) }),
    }),
  );
  const live = context.output.isJson ? undefined : (await liveVersionOf(versions, prompt))?.version;
  context.output.result(wire, () => {
    const what = version === undefined ? prompt.slug : `version ${version} of ${prompt.slug}`;
    if (value.services.length === 0) return printable(`No service rendered ${what} in ${lastDays(days)}.`);
    return table(
      ['SERVICE', 'VERSION', 'SOURCE', 'RENDERS', 'FAILURES', 'LAST SEEN', 'SDK', 'NOTE'],
      value.services.map((one) => [
        nameOf(one),
        one.version === null ? '' : `v${one.version}`,
        one.source,
        String(one.renders),
        String(one.failures),
        dateOf(one.lastSeenAt),
        one.sdk ?? '',
        noteOn(one, live),
      ]),
      { width: context.output.width, flexible: ['NOTE', 'SDK', 'SERVICE'] },
    );
  });
}

async function showServicesOfTeam(context: Context, { days }: ServicesOptions): Promise<void> {
  const { prompts } = await context.api();
  const request = { teamID: await context.team(), days: String(days) };
  const { wire, value } = await answered(prompts.listTeamServicesRaw(request));
  context.output.result(wire, () => {
    if (value.services.length === 0) return `No service rendered a prompt of the team in ${lastDays(days)}.`;
    return table(
      ['SERVICE', 'PROMPTS', 'RENDERS', 'FALLBACKS', 'LAST SEEN', 'SDK'],
      value.services.map((one) => [
        nameOf(one),
        String(one.prompts),
        String(one.renders),
        String(one.fallbacks),
        dateOf(one.lastSeenAt),
        one.sdk ?? '',
      ]),
    );
  });
}

function nameOf({ service }: { readonly service: string }): string {
  return service === '' ? '(no name)' : service;
}

/** What makes a service worth a look. */
function noteOn({ version }: PromptService, live: number | undefined): string {
  if (version === null) return 'on a fallback in its code';
  return live !== undefined && version < live ? `older than version ${live}, which is live` : '';
}

function lastDays(days: number): string {
  return days === 1 ? 'the last day' : `the last ${days} days`;
}
