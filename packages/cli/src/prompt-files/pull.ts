/** `pull`: writes the prompts of a team to a folder. Loaded only for this command, because its dependencies are slow to load. */
import type { PromptsApi } from '@px0/sdk/api';
import type { Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { printable } from '../text-input.ts';
import { carryOut, count, type TransferOptions, tell } from './carry-out.ts';
import { type Files, filesOfDocument } from './document.ts';
import { exportedPrompts } from './exported-prompts.ts';
import { Folder, type Problem } from './folder.ts';
import { formatPromptFile, type PromptFile } from './prompt-file.ts';

export interface PullOptions extends TransferOptions {
  readonly prune?: boolean;
}

type Downloaded = Pick<Files, 'files' | 'problems'>;

interface FileChange {
  readonly action: 'create' | 'update' | 'move' | 'remove';
  readonly slug: string;
  readonly file: string;
  /** Of a move: where the file was. */
  readonly from?: string;
}

export async function pull(context: Context, path: string, options: PullOptions): Promise<void> {
  const folder = new Folder(path);
  const { output } = context;
  const { prompts } = await context.api();
  const team = await download(output, prompts, await context.team());
  const wanted = new Map(
    team.files.map((file) => [file.slug, { text: formatPromptFile(file), place: file.folder ?? '' }]),
  );
  const present = await folder.texts();
  const unknown = (slug: string) => !wanted.has(slug) && !team.problems.has(slug);
  const problems = [
    ...[...team.problems].map(([slug, problem]) => ({
      slug,
      error: new CliError('usage', `the prompt ${printable(slug)} is left out: ${problem}`),
    })),
    // Other files in the folder matter only if they are to be removed.
    ...present.problems.filter(({ slug }) => options.prune || !unknown(slug)),
  ];
  const inTheWay = new Set(problems.map(({ slug }) => slug));
  const changes: FileChange[] = [];
  for (const [slug, { text, place }] of wanted) {
    if (inTheWay.has(slug)) continue;
    const file = folder.fileIn(slug, place);
    if (!present.files.has(slug)) changes.push({ action: 'create', slug, file });
    else if (folder.folderOf(slug) !== place)
      changes.push({ action: 'move', slug, file, from: folder.fileOf(slug) });
    else if (present.files.get(slug) !== text) changes.push({ action: 'update', slug, file });
  }
  const others = [...present.files.keys()].filter(unknown);
  if (options.prune)
    changes.push(...others.map((slug) => ({ action: 'remove' as const, slug, file: folder.fileOf(slug) })));
  else if (others.length > 0)
    output.note(`Not in the team, left unchanged: ${others.map((slug) => folder.fileOf(slug)).join(', ')}`);
  const signs = {
    create: output.colors.green('+'),
    update: output.colors.yellow('~'),
    move: output.colors.yellow('~'),
    remove: output.colors.red('-'),
  };
  const plan = changes.map(({ action, file, from }) =>
    from === undefined ? `${signs[action]} ${file}` : `${signs[action]} ${from} -> ${file}`,
  );
  tell(output, problems);
  const question = changes.some(({ action }) => action !== 'create')
    ? `Change ${count(changes.length, 'file')}?`
    : undefined;
  await carryOut(
    output,
    options,
    { changes, plan, question, problems, none: 'The folder matches the team.' },
    async () => {
      const failed: Problem[] = [];
      for (const { action, slug } of changes) {
        const { text = '', place } = wanted.get(slug) ?? {};
        const problem =
          action === 'remove' ? await folder.remove(slug) : await folder.write(slug, text, place);
        if (problem !== undefined) failed.push(problem);
      }
      return { done: `${count(changes.length - failed.length, 'file')} changed.`, problems: failed };
    },
  );
}

/** All active prompts of the team as files, sorted by slug. */
async function download(output: Output, api: PromptsApi, teamID: string): Promise<Downloaded> {
  const { prompts } = await api.listPrompts(teamID, 'active');
  const files: PromptFile[] = [];
  const problems = new Map<string, string>();
  const progress = () =>
    output.progress(`Reading ${files.length + problems.size} of ${prompts.length} prompts`);
  try {
    progress();
    const slugs = prompts.map(({ slug }) => slug).toSorted();
    for await (const part of exportedPrompts(api, teamID, slugs)) {
      if ('document' in part) {
        const read = filesOfDocument(part.document);
        files.push(...read.files);
        for (const [slug, problem] of read.problems) problems.set(slug, problem);
      } else problems.set(part.slug, `it cannot be exported: ${part.refusal}`);
      progress();
    }
  } finally {
    output.endProgress();
  }
  return { files: files.toSorted((a, b) => (a.slug < b.slug ? -1 : 1)), problems };
}
