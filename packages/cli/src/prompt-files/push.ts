/** `push`: updates a team to match the files of a folder. Loaded only for this command, because its dependencies are slow to load. */
import type { RefusedError } from '@px0/sdk';
import type { ImportChange, PromptsApi } from '@px0/sdk/api';
import type { Context } from '../context.ts';
import { isContractBreak, sendersOfSlug } from '../contract-break.ts';
import { CliError, exitNameOf } from '../exit-codes.ts';
import { diffLine, type Output } from '../output.ts';
import { isRequestRequired, refusedSlugs } from '../policy-refusal.ts';
import { printable, printableLines } from '../text-input.ts';
import { isVersionNumber } from '../version-ref.ts';
import { withHint } from '../with-hint.ts';
import { carryOut, count, halvesOf, isOfDocument, type TransferOptions, tell } from './carry-out.ts';
import { changedPrompts } from './changed-prompts.ts';
import { documentOfFiles, pieces } from './document.ts';
import { Folder, type Problem, requireFiles } from './folder.ts';
import { bySlug, type PlanLine, planLines } from './plan-lines.ts';
import type { PromptFile } from './prompt-file.ts';
import { hasFolders } from './team-folders.ts';
import { adviceOn, doubtsAbout } from './template-advice.ts';

export interface PushOptions extends TransferOptions {
  readonly allowContractBreak?: boolean;
  readonly propose?: boolean;
  /** Of the change requests. */
  readonly title?: string;
  readonly link?: string;
}

export async function push(context: Context, path: string, options: PushOptions): Promise<void> {
  const folder = new Folder(path);
  const { output } = context;
  const { files, problems } = await folder.prompts();
  requireFiles(folder, files.size + problems.length);
  tell(output, problems);
  const [{ prompts }, team] = [await context.api(), await context.team()];
  const upload = {
    team,
    folder,
    hasFolders: await hasFolders(prompts, team),
    allowContractBreak: options.allowContractBreak ?? false,
    proposal: options.propose === true ? proposalOf(options) : undefined,
  };
  const trial = await importAll(output, prompts, { ...upload, files: [...files.values()], dryRun: true });
  const { changes } = trial;
  tell(output, trial.problems);
  for (const { action, slug, subject } of changes) {
    if (action !== 'set_tag' || !isVersionNumber(subject ?? '') || output.isJson) continue;
    output.note(
      printable(
        `px0: renders cannot select the tag ${subject} of ${slug}, because px0 reads it as a version number`,
      ),
    );
  }
  if (!output.isJson) tellDoubts(output, folder, trial.files);
  const present = await changedPrompts(prompts, team, filesToCompare(trial));
  const lines = planLines(changes, (slug) => present.get(slug));
  const isTrial = options.dryRun === true || options.check === true;
  const diffs = new Map([...present].map(([slug, { diff }]) => [slug, isTrial ? diff : '']));
  await carryOut(
    output,
    options,
    {
      changes,
      steps: lines.length,
      plan: shown(lines, diffs, output),
      question: `Make ${count(lines.length, 'change')}?`,
      problems: [...problems, ...trial.problems],
      none: 'The team matches the folder.',
      details: detailsOf(diffs),
    },
    async () => {
      const made = await importAll(output, prompts, { ...upload, files: trial.files, dryRun: false });
      const { length } = planLines(made.changes);
      return { done: `${count(length, 'change')} made.`, problems: made.problems };
    },
  );
}

/** The files whose prompts get another version, or another live one, and are in the team already. */
function filesToCompare({ changes, files }: Uploaded): PromptFile[] {
  const slugsOf = (...actions: readonly ImportChange['action'][]) =>
    new Set(changes.flatMap(({ action, slug }) => (actions.includes(action) ? [slug] : [])));
  const created = slugsOf('create_prompt');
  const changed = slugsOf('create_version', 'promote_version', 'open_change_request');
  return files.filter(({ slug }) => changed.has(slug) && !created.has(slug));
}

/** Each prompt's lines, and below them how its content changes. */
function shown(lines: readonly PlanLine[], diffs: ReadonlyMap<string, string>, output: Output): string[] {
  return [...bySlug(lines)].flatMap(([slug, own]) => {
    const diff = (diffs.get(slug) ?? '').split('\n').slice(0, -1);
    return [
      ...own.map((line) => described(line, output)),
      ...diff.map((line) => `    ${diffLine(printableLines(line), output.colors)}`),
    ];
  });
}

function detailsOf(diffs: ReadonlyMap<string, string>): object {
  const all = [...diffs].flatMap(([slug, diff]) => (diff === '' ? [] : [{ slug, diff }]));
  return all.length === 0 ? {} : { diffs: all };
}

/** What px0 accepts as plain text, and hardly is meant so. */
function tellDoubts(output: Output, folder: Folder, files: readonly PromptFile[]): void {
  for (const file of files)
    for (const doubt of doubtsAbout(file))
      output.note(printable(`px0: ${folder.fileOf(file.slug)}: ${doubt}`));
}

interface Upload {
  readonly team: string;
  readonly folder: Folder;
  /** Whether prompts of the team are in folders. */
  readonly hasFolders: boolean;
  readonly allowContractBreak: boolean;
  /** What the change requests are about; undefined: none is opened. */
  readonly proposal: Proposal | undefined;
  readonly files: readonly PromptFile[];
  readonly dryRun: boolean;
}

interface Proposal {
  readonly title?: string;
  readonly description?: string;
}

function proposalOf({ title, link }: PushOptions): Proposal {
  return {
    ...(title !== undefined && { title }),
    ...(link !== undefined && { description: `Proposed by ${link}` }),
  };
}

interface Uploaded {
  readonly changes: ImportChange[];
  /** The files that px0 accepts. */
  readonly files: PromptFile[];
  /** The files that px0 refuses. */
  readonly problems: Problem[];
}

async function importAll(output: Output, api: PromptsApi, upload: Upload): Promise<Uploaded> {
  const { team, hasFolders: inFolders, allowContractBreak, proposal, files, dryRun } = upload;
  const uploaded: Uploaded = { changes: [], files: [], problems: [] };
  const waiting = pieces(files);
  for (let piece = waiting.shift(); piece !== undefined; piece = waiting.shift()) {
    const done = uploaded.files.length + uploaded.problems.length;
    output.progress(`${dryRun ? 'Comparing' : 'Pushing'} ${done} of ${files.length} prompts`);
    try {
      const answer = await api.importPromptsRaw({
        teamID: team,
        importPromptsRequest: { document: documentOfFiles(piece, inFolders), ...proposal },
        dryRun,
        ...(allowContractBreak && { allow: 'contract_break' as const }),
        ...(proposal !== undefined && { policy: 'request' as const }),
      });
      const result = await answer.value();
      uploaded.changes.push(...result.changes);
      uploaded.files.push(...piece);
    } catch (error) {
      if (!isOfDocument(error)) {
        output.endProgress();
        throw error;
      }
      const { refused, message } = faultIn(error, piece);
      if (refused.length === 0) waiting.unshift(...halvesOf(piece));
      else {
        for (const file of refused)
          uploaded.problems.push(await problemOf(api, upload, file, error, message));
        const others = piece.filter((one) => !refused.includes(one));
        if (others.length > 0) waiting.unshift(others);
      }
    }
  }
  output.endProgress();
  return uploaded;
}

/** The prompt is named behind the breaks. */
const CONTRACT_BREAK = /^(contract break: .*) \(([^()]+)\)$/s;

/** Finds the files that the registry means by a place in the document, or by slugs. None if the response does not say which of several it is. */
function faultIn(
  { message }: RefusedError,
  piece: readonly PromptFile[],
): { readonly refused: readonly PromptFile[]; readonly message: string } {
  const { slugs, reason } = refusedSlugs(message);
  const guarded = piece.filter(({ slug }) => slugs.includes(slug));
  if (guarded.length > 0) return { refused: guarded, message: reason };
  const [, broken = message, slug] = CONTRACT_BREAK.exec(message) ?? [];
  const breaking = piece.filter((file) => file.slug === slug);
  if (breaking.length > 0) return { refused: breaking, message: broken };
  const [, index, rest = ''] = /prompts\.(\d+)(?:\.versions\.0)?[.:]? ?(.*)$/s.exec(message) ?? [];
  const named = piece[Number(index)];
  if (named !== undefined) return { refused: [named], message: rest };
  return { refused: piece.length === 1 ? piece : [], message };
}

async function problemOf(
  api: PromptsApi,
  { team, folder }: Upload,
  file: PromptFile,
  error: RefusedError,
  message: string,
): Promise<Problem> {
  const { slug } = file;
  const senders = isContractBreak(error) ? await sendersOfSlug(api, team, slug, message) : '';
  const advice = isOfTemplate(message) ? adviceOn(file) : senders;
  const more = isRequestRequired(error) ? 'ask for it with --propose' : advice;
  const sentence = `${folder.fileOf(slug)}: ${withHint(message, error)}${more === '' ? '' : ` (${more})`}`;
  return { slug, error: new CliError(exitNameOf(error), sentence, { cause: error }) };
}

/** As in `invalid template: template: prompt:1: …`, with a place of the document before it or without. */
function isOfTemplate(message: string): boolean {
  return /(?:^|: )template: /.test(message);
}

function described({ kind, slug, text }: PlanLine, { colors }: Output): string {
  const sign = kind === 'new' ? colors.green('+') : colors.yellow('~');
  return `${sign} ${printable(`${slug}: ${text}`)}`;
}
