/** `test`: the outputs of prompts, judged by the assertions of their payloads. */
import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { CliError } from '../exit-codes.ts';
import { printable } from '../text-input.ts';
import { VERSION } from '../version-ref.ts';
import type { Connect } from './command.ts';
import { DEFAULT_FOLDER, requireFilled } from './option-values.ts';

interface TestOptions {
  readonly version?: string;
  readonly base?: string;
  readonly junit?: string;
  readonly updateSnapshots?: boolean;
  readonly offline?: boolean;
}

export function addTestCommand(program: Command, connect: Connect): void {
  program
    .command('test')
    .description('test prompts, or a local folder, against their assertions')
    .argument('[targets...]', 'a folder, or slugs or ids of prompts', [DEFAULT_FOLDER])
    .option('--version <version>', `of prompts: ${VERSION} (default: live)`)
    .option('--base <version>', `of prompts: compare with this version; ${VERSION} (default: live)`)
    .option('--junit <file>', 'also write the results as JUnit XML')
    .option('--update-snapshots', 'accept outputs that differ from their snapshots')
    .option('--offline', 'test a folder on this machine, without px0')
    .action(async (targets: string[], options: TestOptions, command: Command) => {
      requireFilled('the folder or prompt', ...targets);
      requireFilled('the file (--junit)', options.junit);
      const context = connect(command);
      const folder = await folderIn(targets);
      if (folder === undefined && options.offline === true)
        throw new CliError('usage', '--offline works with a folder of files only');
      if (folder !== undefined && (options.version !== undefined || options.base !== undefined))
        throw new CliError('usage', '--version and --base need a prompt; a folder has no versions');
      if (options.offline === true && options.updateSnapshots === true)
        throw new CliError('usage', '--update-snapshots needs px0');
      const { testFolder, testOffline, testPrompts } = await import('../testing/test-prompts.ts');
      if (folder === undefined) await testPrompts(context, targets, options);
      else await (options.offline === true ? testOffline : testFolder)(context, folder, options);
    });
}

/** No slug has a slash or a dot, but a folder may have the name of a prompt: the folder is meant then. */
async function folderIn(targets: readonly string[]): Promise<string | undefined> {
  const folders: string[] = [];
  for (const target of targets)
    if (/[/\\.]/.test(target) || (await isFolder(target)) || target === DEFAULT_FOLDER) folders.push(target);
  const [folder] = folders;
  if (folder === undefined || targets.length === 1) return folder;
  throw new CliError('usage', `${printable(folder)} is a folder; test one folder at a time, or prompts`);
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
