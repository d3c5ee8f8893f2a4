/** `promote`, `demote`, `archive` and `rollback`: which version is live. */
import type { ConflictError } from '@px0/sdk';
import type { Prompt, PromptsApi, PromptVersion, PromptVersionsApi } from '@px0/sdk/api';
import { type Command, Option } from 'commander';
import { isContractBreak, withSenders } from '../contract-break.ts';
import { CliError } from '../exit-codes.ts';
import { withWayOut } from '../policy-refusal.ts';
import { agreed } from '../terminal.ts';
import { printable } from '../text-input.ts';
import { liveVersionOf, parseVersionRef, VERSION, type VersionRef, versionOf } from '../version-ref.ts';
import { answered } from '../wire.ts';
import type { Connect } from './command.ts';
import { requireFilled } from './option-values.ts';

interface PromoteOptions {
  readonly to: 'stable' | 'live';
  readonly requirePayloads?: boolean;
  readonly allowContractBreak?: boolean;
  readonly breakGlass?: string;
  readonly note?: string;
}

interface Promotion extends PromoteOptions {
  /** Is told of a contract break, which is then allowed. */
  readonly onContractBreak?: (refusal: ConflictError) => void;
}

interface RetireOptions {
  readonly note?: string;
  readonly yes?: boolean;
}

interface RollbackOptions extends RetireOptions {
  readonly to?: string;
}

/** The option of every command that changes what a version is. */
const NOTE = ['--note <text>', 'why; shown in the audit log'] as const;

const AUDIT_PAGE = '100';
/** The search stops after this many pages; an older version needs `--to`. */
const MOST_AUDIT_PAGES = 20;

export function addReleaseCommands(program: Command, connect: Connect): void {
  program
    .command('promote')
    .description('make a version live; a draft becomes stable first')
    .argument('<prompt>', 'slug or id')
    .argument('<version>', VERSION)
    .addOption(
      new Option('--to <status>', 'status to promote to').choices(['stable', 'live']).default('live'),
    )
    .option('--require-payloads', 'promote only if the version renders every saved payload of the prompt')
    .option('--allow-contract-break', 'promote even if the version refuses what the live one accepts')
    .option(
      '--break-glass <reason>',
      'promote now, bypassing policies that allow it; other admins see the reason',
    )
    .option(...NOTE)
    .action(async (slug: string, ref: string, options: PromoteOptions, command: Command) => {
      const context = connect(command);
      const wanted = parseVersionRef(ref);
      requireFilled('the note (--note)', options.note);
      requireFilled('the reason (--break-glass)', options.breakGlass);
      const [api, prompt] = [await context.api(), await context.prompt(slug)];
      const version = await versionOf(api, prompt, wanted);
      const { wire, value } = await promote(api.versions, prompt, version, options).catch(
        async (error: unknown) => {
          if (isContractBreak(error)) throw await withSenders(api.prompts, prompt.id, error);
          const to = options.to === 'live' ? '' : ` --to ${options.to}`;
          throw withWayOut(error, `px0 propose ${prompt.slug} ${version.version}${to}`);
        },
      );
      const { version: number, status } = value.version;
      context.output.result(wire, () => printable(`${prompt.slug}: version ${number} is ${status}.`));
    });

  const steps = {
    demote: ['take the live version out of service; it becomes stable', 'demoteVersionRaw'],
    archive: ['archive a version permanently; it can no longer be promoted', 'archiveVersionRaw'],
  } as const;
  for (const [name, [description, operation]] of Object.entries(steps)) {
    program
      .command(name)
      .description(description)
      .argument('<prompt>', 'slug or id')
      .argument('<version>', VERSION)
      .option(...NOTE)
      .option('-y, --yes', 'do not ask for confirmation')
      .action(async (slug: string, ref: string, { note, yes }: RetireOptions, command: Command) => {
        const context = connect(command);
        const wanted = parseVersionRef(ref);
        requireFilled('the note (--note)', note);
        const [api, prompt] = [await context.api(), await context.prompt(slug)];
        const { version, status } = await versionOf(api, prompt, wanted);
        const question = `${prompt.slug}: ${name} version ${version}, which is ${status}?`;
        if (!(await agreed(question, yes))) throw new CliError('interrupted', 'nothing was changed');
        const request = { id: prompt.id, version: String(version), ...noteIn(note) };
        const { wire, value } = await answered(api.versions[operation](request));
        context.output.result(wire, () =>
          printable(`${prompt.slug}: version ${version} is ${value.version.status}.`),
        );
      });
  }

  program
    .command('rollback')
    .description('make the previously live version live again')
    .argument('<prompt>', 'slug or id')
    .option('--to <version>', `roll back to this version instead: ${VERSION}`)
    .option(...NOTE)
    .option('-y, --yes', 'do not ask for confirmation')
    .action(async (slug: string, { to, note, yes }: RollbackOptions, command: Command) => {
      const context = connect(command);
      requireFilled('the note (--note)', note);
      const named = to === undefined ? undefined : parseVersionRef(to);
      const [api, prompt] = [await context.api(), await context.prompt(slug)];
      const live = await liveVersionOf(api.versions, prompt);
      const target = await versionOf(api, prompt, named ?? (await liveBefore(api.prompts, prompt, live)));
      if (target.version === live?.version)
        throw new CliError('conflict', `version ${target.version} of ${prompt.slug} is already live`);
      const question = `${prompt.slug}: make version ${target.version} live${live ? ` in place of version ${live.version}` : ''}?`;
      if (!(await agreed(question, yes))) throw new CliError('interrupted', 'nothing was changed');
      const { wire } = await promote(api.versions, prompt, target, {
        to: 'live',
        // An incident is no time for a refusal: what breaks is told, and the version goes live nevertheless.
        onContractBreak: ({ message }) => context.output.note(`px0: ${printable(message)}`),
        ...(note !== undefined && { note }),
      });
      context.output.result(wire, () => printable(`${prompt.slug}: version ${target.version} is live.`));
    });
}

/** Performs each remaining step. @throws CliError for a version that is archived, or already has the status */
async function promote(
  versions: PromptVersionsApi,
  { id, slug }: Prompt,
  { version, status }: PromptVersion,
  { to, requirePayloads = false, allowContractBreak = false, onContractBreak, breakGlass, note }: Promotion,
) {
  // px0 takes one step at a time: one too many would make live what shall be stable.
  if (status === 'archived')
    throw new CliError('refused', `version ${version} of ${slug} is archived, and cannot be promoted`);
  if (status === 'live' || status === to)
    throw new CliError('refused', `version ${version} of ${slug} is already ${status}`);
  const allow = { allow: 'contract_break' as const };
  const request = {
    id,
    version: String(version),
    ...(requirePayloads && { require: 'payloads' as const }),
    ...(allowContractBreak && allow),
    // A header has no other letters.
    ...(breakGlass !== undefined && { px0BreakGlass: encodeURIComponent(breakGlass) }),
    ...noteIn(note),
  };
  const step = async () => {
    try {
      return await answered(versions.promoteVersionRaw(request));
    } catch (error) {
      if (onContractBreak === undefined || !isContractBreak(error)) throw error;
      onContractBreak(error);
      // Only a px0 that has contracts knows the word.
      return await answered(versions.promoteVersionRaw({ ...request, ...allow }));
    }
  };
  const first = await step();
  return status === 'draft' && to === 'live' ? await step() : first;
}

/** The body of a request that has a reason. Without one there is no body, as a px0 of the release before wants it. */
function noteIn(note: string | undefined): { readonly transitionRequest?: { readonly note: string } } {
  return note === undefined ? {} : { transitionRequest: { note } };
}

/** The previously live version, from the audit log, which records what each promotion to live replaced. */
async function liveBefore(
  prompts: PromptsApi,
  { id, slug }: Prompt,
  live: PromptVersion | undefined,
): Promise<VersionRef> {
  let cursor: string | undefined;
  for (let page = 0; page < MOST_AUDIT_PAGES; page += 1) {
    const { entries, nextCursor } = await prompts.listPromptAudit(id, cursor, AUDIT_PAGE);
    for (const { action, version, details } of entries) {
      const isPromotion = action === 'version.promoted' && details['to'] === 'live';
      if (!isPromotion) continue;
      // Without a live version, the last live one was demoted: it comes back.
      if (live === undefined && version !== null) return numbered(version);
      const replaced: unknown = details['replaced'];
      if (version === live?.version && typeof replaced === 'number') return numbered(replaced);
    }
    if (nextCursor === undefined) break;
    cursor = nextCursor;
  }
  throw new CliError('not_found', `no other version of ${slug} was live before; choose one with --to`);
}

function numbered(number: number): VersionRef {
  return { kind: 'number', number, tag: undefined };
}
