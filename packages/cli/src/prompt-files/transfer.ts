/** What `pull` and `push` do: compare, show the plan, ask, carry it out. Loaded only for them, for what it needs takes a while to load. */
import { RefusedError } from '@px0/sdk';
import type { ImportChange, PromptsApi } from '@px0/sdk/api';
import type { Context } from '../context.ts';
import { CliError, exitNameOf } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { agreed } from '../terminal.ts';
import { printable } from '../text-input.ts';
import { isVersionNumber } from '../version-ref.ts';
import { documentOfFiles, type Files, filesOfDocument, pieces } from './document.ts';
import { parseJson } from './exact-numbers.ts';
import { Folder, type Problem } from './folder.ts';
import { formatPromptFile, type PromptFile } from './prompt-file.ts';

export interface TransferOptions {
  readonly dryRun?: boolean;
  readonly check?: boolean;
  readonly yes?: boolean;
}

export interface PullOptions extends TransferOptions {
  readonly prune?: boolean;
}

/** Slugs in one export, and their characters: they stand in the address, and servers take 8 KiB of one. */
const SLUGS_AT_ONCE = 20;
const MOST_IN_ADDRESS = 6_000;

interface FileChange {
  readonly action: 'create' | 'update' | 'remove';
  readonly slug: string;
  readonly file: string;
}

export async function pull(context: Context, path: string, options: PullOptions): Promise<void> {
  const folder = new Folder(path);
  const { output } = context;
  const { prompts } = await context.api();
  const team = await download(output, prompts, await context.team());
  const wanted = new Map(team.files.map((file) => [file.slug, formatPromptFile(file)]));
  const present = await folder.texts();
  const unknown = (slug: string) => !wanted.has(slug) && !team.problems.has(slug);
  const problems = [
    ...[...team.problems].map(([slug, problem]) => ({
      slug,
      error: new CliError('usage', `${folder.fileOf(slug)} is left alone: its prompt ${problem}`),
    })),
    // What else stands in the folder is none of pull's business, until it is to be removed.
    ...present.problems.filter(({ slug }) => options.prune || !unknown(slug)),
  ];
  const inTheWay = new Set(problems.map(({ slug }) => slug));
  const changes: FileChange[] = [];
  for (const [slug, text] of wanted) {
    if (inTheWay.has(slug) || present.files.get(slug) === text) continue;
    const action = present.files.has(slug) ? 'update' : 'create';
    changes.push({ action, slug, file: folder.fileOf(slug) });
  }
  const others = [...present.files.keys()].filter(unknown);
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
  tell(output, problems);
  const question = changes.some(({ action }) => action !== 'create')
    ? `Change ${count(changes.length, 'file')}?`
    : undefined;
  await carryOut(
    output,
    options,
    { changes, plan, question, problems, none: 'The folder is in line with the team.' },
    async () => {
      const failed: Problem[] = [];
      for (const { action, slug } of changes) {
        const problem =
          action === 'remove' ? await folder.remove(slug) : await folder.write(slug, wanted.get(slug) ?? '');
        if (problem !== undefined) failed.push(problem);
      }
      return { done: `${count(changes.length - failed.length, 'file')} changed.`, problems: failed };
    },
  );
}

/** All active prompts of the team as files, in the order of their slugs. */
async function download(output: Output, api: PromptsApi, teamID: string): Promise<Files> {
  const { prompts } = await api.listPrompts(teamID, 'active');
  const files: PromptFile[] = [];
  const problems = new Map<string, string>();
  const waiting = partsOf(prompts.map(({ slug }) => slug).toSorted());
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
    output.progress(`Reading ${files.length + problems.size} of ${prompts.length} prompts`);
    try {
      const answer = await api.exportPromptsRaw({ teamID, slugs: part.join(',') });
      const copy = answer.raw.clone();
      // It judges the answer, but its numbers lose digits.
      await answer.value();
      const read = filesOfDocument(documentIn(await copy.text()));
      files.push(...read.files);
      for (const [slug, problem] of read.problems) problems.set(slug, problem);
    } catch (error) {
      if (!isOfDocument(error)) {
        output.endProgress();
        throw error;
      }
      // The versions of several may be too many for one document.
      if (part.length > 1) waiting.unshift(...halvesOf(part));
      else problems.set(part.join(), `cannot be exported: ${error.message}`);
    }
  }
  output.endProgress();
  return { files: files.toSorted((a, b) => (a.slug < b.slug ? -1 : 1)), problems };
}

/** Slugs for one export each. */
function partsOf(slugs: readonly string[]): string[][] {
  const parts: string[][] = [];
  let length = 0;
  for (const slug of slugs) {
    const own = encodeURIComponent(slug).length;
    const last = parts.at(-1);
    if (last !== undefined && last.length < SLUGS_AT_ONCE && length + own <= MOST_IN_ADDRESS) {
      last.push(slug);
      length += own;
    } else {
      parts.push([slug]);
      length = own;
    }
  }
  return parts;
}

function documentIn(answer: string): unknown {
  const body: unknown = parseJson(answer);
  return typeof body === 'object' && body !== null && 'document' in body ? body.document : undefined;
}

export async function push(context: Context, path: string, options: TransferOptions): Promise<void> {
  const folder = new Folder(path);
  const { output } = context;
  const { files, problems } = await folder.prompts();
  if (files.size + problems.length === 0)
    throw new CliError('usage', `there are no files *.prompt.md in ${printable(folder.path)}`);
  tell(output, problems);
  const [{ prompts }, team] = [await context.api(), await context.team()];
  const trial = await importAll(output, prompts, { team, folder, files: [...files.values()], dryRun: true });
  const { changes } = trial;
  tell(output, trial.problems);
  for (const { action, slug, subject } of changes) {
    if (action !== 'set_tag' || !isVersionNumber(subject ?? '') || output.isJson) continue;
    output.note(
      `px0: no render by tag finds the tag ${subject} of ${slug}, since it is read as a version's number`,
    );
  }
  const question = `Make ${count(changes.length, 'change')}?`;
  const plan = changes.map((change) => describe(change, output));
  await carryOut(
    output,
    options,
    {
      changes,
      plan,
      question,
      problems: [...problems, ...trial.problems],
      none: 'The team is in line with the folder.',
    },
    async () => {
      const made = await importAll(output, prompts, { team, folder, files: trial.files, dryRun: false });
      return { done: `${count(made.changes.length, 'change')} made.`, problems: made.problems };
    },
  );
}

interface Upload {
  readonly team: string;
  readonly folder: Folder;
  readonly files: readonly PromptFile[];
  readonly dryRun: boolean;
}

interface Uploaded {
  readonly changes: ImportChange[];
  /** What px0 takes. */
  readonly files: PromptFile[];
  /** What it refuses. */
  readonly problems: Problem[];
}

async function importAll(output: Output, api: PromptsApi, upload: Upload): Promise<Uploaded> {
  const { team, folder, files, dryRun } = upload;
  const uploaded: Uploaded = { changes: [], files: [], problems: [] };
  const waiting = pieces(files);
  for (let piece = waiting.shift(); piece !== undefined; piece = waiting.shift()) {
    const done = uploaded.files.length + uploaded.problems.length;
    output.progress(`${dryRun ? 'Comparing' : 'Pushing'} ${done} of ${files.length} prompts`);
    try {
      const result = await api.importPrompts(team, { document: documentOfFiles(piece) }, String(dryRun));
      uploaded.changes.push(...result.changes);
      uploaded.files.push(...piece);
    } catch (error) {
      if (!isOfDocument(error)) {
        output.endProgress();
        throw error;
      }
      const { file, message } = faultIn(error, piece);
      if (file === undefined) waiting.unshift(...halvesOf(piece));
      else {
        const sentence = `${folder.fileOf(file.slug)}: ${message}`;
        const refused = new CliError(exitNameOf(error), sentence, { cause: error });
        uploaded.problems.push({ slug: file.slug, error: refused });
        const others = piece.filter((one) => one !== file);
        if (others.length > 0) waiting.unshift(others);
      }
    }
  }
  output.endProgress();
  return uploaded;
}

/** What px0 refuses for something in the document; whatever else it refuses concerns every prompt. */
const OF_A_DOCUMENT = new Set([400, 409, 412, 413, 422]);

function isOfDocument(error: unknown): error is RefusedError {
  return error instanceof RefusedError && OF_A_DOCUMENT.has(error.status);
}

/** The registry names places of its document; people know files. The file is undefined where the answer names none of several. */
function faultIn(
  { message }: RefusedError,
  piece: readonly PromptFile[],
): { readonly file: PromptFile | undefined; readonly message: string } {
  const [, index, rest = ''] = /prompts\.(\d+)(?:\.versions\.0)?[.:]? ?(.*)$/s.exec(message) ?? [];
  const named = piece[Number(index)];
  if (named !== undefined) return { file: named, message: rest };
  return { file: piece.length === 1 ? piece[0] : undefined, message };
}

function halvesOf<T>(items: readonly T[]): T[][] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}

interface Plan {
  readonly changes: readonly object[];
  readonly plan: readonly string[];
  /** What is asked first; undefined when nothing is lost by going ahead. */
  readonly question: string | undefined;
  /** Files that are left out. */
  readonly problems: readonly Problem[];
  readonly none: string;
}

interface Done {
  readonly done: string;
  readonly problems: readonly Problem[];
}

/** @throws CliError for what was left out, when all else is done */
async function carryOut(
  output: Output,
  { dryRun = false, check = false, yes }: TransferOptions,
  { changes, plan, question, problems, none }: Plan,
  work: () => Promise<Done>,
): Promise<void> {
  const isTrial = dryRun || check;
  const report = (done: string | undefined, left: readonly Problem[]) => {
    const leftOut = left.map(({ error }) => error.message);
    output.result({ dry_run: isTrial, changes, ...(leftOut.length > 0 && { left_out: leftOut }) }, () =>
      changes.length > 0 ? (done ?? plan.join('\n')) : left.length > 0 ? '' : none,
    );
    requireNone(left);
  };
  if (isTrial || changes.length === 0) {
    report(undefined, problems);
    if (check && changes.length > 0)
      throw new CliError('different', `${count(changes.length, 'change')} to make`);
    return;
  }
  // The plan is what is agreed to, so it comes before the question, wherever the results go.
  if (!output.isJson || yes !== true) output.note(plan.join('\n'));
  if (question !== undefined && !(await agreed(question, yes)))
    throw new CliError('interrupted', 'nothing was done');
  const { done, problems: late } = await work();
  tell(output, late);
  report(done, [...problems, ...late]);
}

/** One line each. With `--json` they stand in the result. */
function tell(output: Output, problems: readonly Problem[]): void {
  if (output.isJson) return;
  for (const { error } of problems) output.note(`px0: ${error.message}`);
}

/** @throws CliError with the exit code of the first problem */
function requireNone(problems: readonly Problem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const what = `${count(problems.length, 'file')} left out`;
  throw new CliError(first.error.exit, what, { cause: first.error });
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
