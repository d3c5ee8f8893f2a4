/** What px0 says of a folder that nobody has pushed: its plan, its tests, its differences, and what would stand in its way. */
import type { ImportChange, PreviewedCheck, PreviewedRequirement } from '@px0/sdk/api';
import type { Context } from '../context.ts';
import type { Output } from '../output.ts';
import { withHint } from '../with-hint.ts';
import { halvesOf, isOfDocument } from './carry-out.ts';
import { documentOfFiles, pieces } from './document.ts';
import { Folder, requireFiles } from './folder.ts';
import type { PromptFile } from './prompt-file.ts';
import { hasFolders } from './team-folders.ts';

/** A file that an import would refuse, or that is none, and why. */
export interface InvalidFile {
  readonly slug: string;
  readonly error: string;
}

/** Whether the text would refuse what callers send today, and nothing else is wrong with it. */
export function isBreak({ error }: InvalidFile): boolean {
  return error.startsWith('contract break: ');
}

export interface CheckedText {
  readonly slug: string;
  readonly check: PreviewedCheck;
}

export interface FolderPreview {
  readonly folder: Folder;
  /** By slug. */
  readonly files: ReadonlyMap<string, PromptFile>;
  readonly changes: readonly ImportChange[];
  readonly checks: readonly CheckedText[];
  readonly requirements: readonly PreviewedRequirement[];
  readonly invalid: readonly InvalidFile[];
}

/** Asks once for each 3 MiB of files. @throws CliError without any file */
export async function previewFolder(context: Context, path: string): Promise<FolderPreview> {
  const folder = new Folder(path);
  const { files, problems } = await folder.prompts();
  requireFiles(folder, files.size + problems.length);
  const invalid: InvalidFile[] = problems.map(({ slug, error }) => ({ slug, error: error.message }));
  const preview = { changes: [], checks: [], requirements: [], invalid };
  if (files.size > 0) await ask(context, [...files.values()], preview);
  return { folder, files, ...preview };
}

interface Gathered {
  readonly changes: ImportChange[];
  readonly checks: CheckedText[];
  readonly requirements: PreviewedRequirement[];
  readonly invalid: InvalidFile[];
}

async function ask(context: Context, files: readonly PromptFile[], into: Gathered): Promise<void> {
  const { output } = context;
  const [{ prompts }, team] = [await context.api(), await context.team()];
  const inFolders = await hasFolders(prompts, team);
  const waiting = pieces(files);
  for (let piece = waiting.shift(); piece !== undefined; piece = waiting.shift()) {
    progress(output, into.checks.length, files.length);
    try {
      const answer = await prompts.previewImport(team, { document: documentOfFiles(piece, inFolders) });
      into.changes.push(...answer.changes);
      into.checks.push(...answer.checks);
      into.requirements.push(...answer.requirements);
      into.invalid.push(...answer.invalid.map(withoutPlace));
    } catch (error) {
      const [file] = piece;
      if (!isOfDocument(error) || file === undefined) {
        output.endProgress();
        throw error;
      }
      if (piece.length > 1) waiting.unshift(...halvesOf(piece));
      else into.invalid.push({ slug: file.slug, error: withHint(error.message, error) });
    }
  }
  output.endProgress();
}

function progress(output: Output, done: number, all: number): void {
  output.progress(`Checking ${done} of ${all} prompts`);
}

/** Where something is in the document says nothing to those who see the file. */
function withoutPlace({ slug, error }: InvalidFile): InvalidFile {
  return { slug, error: error.replace(/^invalid document: prompts\.\d+(?:\.versions\.0)?[.:]? ?/, '') };
}
