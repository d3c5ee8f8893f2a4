/** What `pull` and `push` do: compare, show the plan, ask, carry it out. Loaded only for them, for what it needs takes a while to load. */
import { RefusedError } from '@px0/sdk';
import type { ImportChange, PromptsApi } from '@px0/sdk/api';
import type { Context } from '../context.ts';
import { CliError, exitNameOf } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { agreed } from '../terminal.ts';
import { documentOfFiles, filesOfDocument, pieces } from './document.ts';
import { Folder } from './folder.ts';
import { formatPromptFile, type PromptFile } from './prompt-file.ts';

export interface TransferOptions {
  readonly dryRun?: boolean;
  readonly check?: boolean;
  readonly yes?: boolean;
}

export interface PullOptions extends TransferOptions {
  readonly prune?: boolean;
}

/** Slugs in one export: they stand in the address. */
const SLUGS_AT_ONCE = 20;

interface FileChange {
  readonly action: 'create' | 'update' | 'remove';
  readonly slug: string;
  readonly file: string;
}

export async function pull(context: Context, path: string, options: PullOptions): Promise<void> {
  const folder = new Folder(path);
  const { output } = context;
  const { prompts } = await context.api();
  const wanted = new Map(
    (await download(output, prompts, await context.team())).map((file) => [
      file.slug,
      formatPromptFile(file),
    ]),
  );
  const present = await folder.texts();
  const changes: FileChange[] = [];
  for (const [slug, text] of wanted) {
    const own = present.get(slug);
    if (own !== text)
      changes.push({ action: own === undefined ? 'create' : 'update', slug, file: folder.fileOf(slug) });
  }
  const others = [...present.keys()].filter((slug) => !wanted.has(slug));
  if (options.prune)
    changes.push(...others.map((slug) => ({ action: 'remove' as const, slug, file: folder.fileOf(slug) })));
  else if (others.length > 0)
    output.note(`Not in the team, and left alone: ${others.map((slug) => folder.fileOf(slug)).join(', ')}`);
  const signs = {
    create: output.colors.green('+'),
    update: output.colors.yellow('~'),
    remove: output.colors.red('-'),
  };
  const plan = changes.map(({ action, file }) => `${signs[action]} ${file}`);
  const question = changes.some(({ action }) => action !== 'create')
    ? `Change ${count(changes.length, 'file')}?`
    : undefined;
  await carryOut(
    output,
    options,
    { changes, plan, question, none: 'The folder is in line with the team.' },
    async () => {
      for (const { action, slug } of changes) {
        if (action === 'remove') await folder.remove(slug);
        else await folder.write(slug, wanted.get(slug) ?? '');
      }
      return `${count(changes.length, 'file')} changed.`;
    },
  );
}

/** All active prompts of the team as files, in the order of their slugs. */
async function download(output: Output, api: PromptsApi, team: string): Promise<PromptFile[]> {
  const { prompts } = await api.listPrompts(team, 'active');
  const slugs = prompts.map(({ slug }) => slug).toSorted();
  const files: PromptFile[] = [];
  for (let at = 0; at < slugs.length; at += SLUGS_AT_ONCE) {
    output.progress(`Reading ${at} of ${slugs.length} prompts`);
    const { document } = await api.exportPrompts(team, slugs.slice(at, at + SLUGS_AT_ONCE).join(','));
    files.push(...filesOfDocument(document));
  }
  output.endProgress();
  return files.toSorted((a, b) => (a.slug < b.slug ? -1 : 1));
}

export async function push(context: Context, path: string, options: TransferOptions): Promise<void> {
  const folder = new Folder(path);
  const { output } = context;
  const files = await folder.prompts();
  if (files.length === 0) throw new CliError('usage', `there are no files *.prompt.md in ${folder.path}`);
  const [{ prompts }, team] = [await context.api(), await context.team()];
  const upload = (dryRun: boolean) => importAll(output, prompts, { team, folder, files, dryRun });
  const changes = await upload(true);
  const question = `Make ${count(changes.length, 'change')}?`;
  const plan = changes.map((change) => describe(change, output));
  await carryOut(
    output,
    options,
    { changes, plan, question, none: 'The team is in line with the folder.' },
    async () => {
      const made = await upload(false);
      return `${count(made.length, 'change')} made.`;
    },
  );
}

interface Upload {
  readonly team: string;
  readonly folder: Folder;
  readonly files: readonly PromptFile[];
  readonly dryRun: boolean;
}

async function importAll(
  output: Output,
  api: PromptsApi,
  { team, folder, files, dryRun }: Upload,
): Promise<ImportChange[]> {
  const changes: ImportChange[] = [];
  let done = 0;
  for (const piece of pieces(files)) {
    output.progress(`${dryRun ? 'Comparing' : 'Pushing'} ${done} of ${files.length} prompts`);
    try {
      const result = await api.importPrompts(team, { document: documentOfFiles(piece) }, String(dryRun));
      changes.push(...result.changes);
    } catch (error) {
      output.endProgress();
      throw withFile(error, folder, piece);
    }
    done += piece.length;
  }
  output.endProgress();
  return changes;
}

/** The registry names places of its document; people know files. */
function withFile(error: unknown, folder: Folder, piece: readonly PromptFile[]): unknown {
  if (!(error instanceof RefusedError)) return error;
  const [, index, rest] = /prompts\.(\d+)(?:\.versions\.0)?[.:]? ?(.*)$/s.exec(error.message) ?? [];
  const file = piece[Number(index)];
  if (file === undefined) return error;
  return new CliError(exitNameOf(error), `${folder.fileOf(file.slug)}: ${rest}`, { cause: error });
}

interface Plan {
  readonly changes: readonly object[];
  readonly plan: readonly string[];
  /** What is asked first; undefined when nothing is lost by going ahead. */
  readonly question: string | undefined;
  readonly none: string;
}

async function carryOut(
  output: Output,
  { dryRun = false, check = false, yes }: TransferOptions,
  { changes, plan, question, none }: Plan,
  work: () => Promise<string>,
): Promise<void> {
  const isTrial = dryRun || check;
  const report = (done: string | undefined) =>
    output.result({ dry_run: isTrial, changes }, () =>
      changes.length === 0 ? none : (done ?? plan.join('\n')),
    );
  if (isTrial || changes.length === 0) {
    report(undefined);
    if (check && changes.length > 0)
      throw new CliError('different', `${count(changes.length, 'change')} to make`);
    return;
  }
  // The plan is what is agreed to, so it comes before the question, wherever the results go.
  if (!output.isJson || yes !== true) output.note(plan.join('\n'));
  if (question !== undefined && !(await agreed(question, yes)))
    throw new CliError('interrupted', 'nothing was done');
  report(await work());
}

const phrases: { readonly [Action in ImportChange['action']]: (subject: string | null) => string } = {
  create_prompt: () => 'new prompt',
  update_description: () => 'another description',
  archive_prompt: () => 'archive the prompt',
  restore_prompt: () => 'restore the prompt',
  create_version: () => 'new version with this template',
  promote_version: () => 'promote the version',
  archive_version: (subject) => `archive version ${subject}`,
  set_tag: (subject) => `set the tag ${subject}`,
  create_payload: (subject) => `new payload ${subject ?? ''}`.trimEnd(),
  update_payload: () => 'another payload',
};

function describe({ action, slug, subject }: ImportChange, { colors }: Output): string {
  const sign = action.startsWith('create') ? colors.green('+') : colors.yellow('~');
  return `${sign} ${slug}: ${phrases[action](subject)}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
