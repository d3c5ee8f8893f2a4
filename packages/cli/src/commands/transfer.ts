/** `pull` and `push`: a team's prompts to files, and back. */
import type { Command } from 'commander';
import { CliError } from '../exit-codes.ts';
import type { PullOptions } from '../prompt-files/pull.ts';
import type { PushOptions } from '../prompt-files/push.ts';
import type { Connect } from './command.ts';
import { DEFAULT_FOLDER, requireFilled } from './option-values.ts';

export function addTransferCommands(program: Command, connect: Connect): void {
  program
    .command('pull')
    .description('write the prompts of the team to a folder, one file per prompt')
    .argument('[folder]', 'the folder', DEFAULT_FOLDER)
    .option('--prune', 'delete the files of prompts that the team has archived or does not have')
    .option('--dry-run', 'show the changes without making them')
    .option('--check', 'like --dry-run, and exit with code 9 if there are changes')
    .option('-y, --yes', 'change files without asking')
    .action(async (folder: string, options: PullOptions, command: Command) => {
      requireFilled('the folder', folder);
      const { pull } = await import('../prompt-files/pull.ts');
      await pull(connect(command), folder, options);
    });

  program
    .command('push')
    .description('update the team to match the files of a folder; deletes nothing')
    .argument('[folder]', 'the folder', DEFAULT_FOLDER)
    .option('--allow-contract-break', 'make versions live even if they refuse what the live ones accept')
    .option('--propose', 'open change requests for changes that policies do not let you make alone')
    .option('--title <title>', 'with --propose: the title of the change requests')
    .option('--link <url>', 'with --propose: where they come from, e.g. a pull request')
    .option('--dry-run', 'show the changes without making them')
    .option('--check', 'like --dry-run, and exit with code 9 if there are changes')
    .option('-y, --yes', 'do not ask for confirmation')
    .action(async (folder: string, options: PushOptions, command: Command) => {
      requireFilled('the folder', folder);
      requireFilled('the title (--title)', options.title);
      requireFilled('the link (--link)', options.link);
      if (options.propose !== true && (options.title ?? options.link) !== undefined)
        throw new CliError('usage', '--title and --link describe change requests, which need --propose');
      const { push } = await import('../prompt-files/push.ts');
      await push(connect(command), folder, options);
    });
}
