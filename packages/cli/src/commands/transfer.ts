/** `pull` and `push`: a team's prompts as files, and back. */
import type { Command } from 'commander';
import type { TransferOptions } from '../prompt-files/carry-out.ts';
import type { PullOptions } from '../prompt-files/pull.ts';
import type { Connect } from './command.ts';
import { requireFilled } from './option-values.ts';

const DEFAULT_FOLDER = 'prompts';

export function addTransferCommands(program: Command, connect: Connect): void {
  program
    .command('pull')
    .description('write the prompts of the team into a folder, one file each')
    .argument('[folder]', 'the folder', DEFAULT_FOLDER)
    .option('--prune', 'remove files of prompts that the team does not have or has archived')
    .option('--dry-run', 'only show what would be done')
    .option('--check', 'as --dry-run, and exit with 9 if there is anything to do')
    .option('-y, --yes', 'do not ask before files are changed')
    .action(async (folder: string, options: PullOptions, command: Command) => {
      requireFilled('the folder', folder);
      const { pull } = await import('../prompt-files/pull.ts');
      await pull(connect(command), folder, options);
    });

  program
    .command('push')
    .description('bring the team in line with the files of a folder; removes nothing')
    .argument('[folder]', 'the folder', DEFAULT_FOLDER)
    .option('--dry-run', 'only show what would be done')
    .option('--check', 'as --dry-run, and exit with 9 if there is anything to do')
    .option('-y, --yes', 'do not ask')
    .action(async (folder: string, options: TransferOptions, command: Command) => {
      requireFilled('the folder', folder);
      const { push } = await import('../prompt-files/push.ts');
      await push(connect(command), folder, options);
    });
}
