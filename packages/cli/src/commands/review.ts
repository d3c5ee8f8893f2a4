/** `review`: what a folder that is not pushed would change, in one report. */
import { type Command, Option } from 'commander';
import type { ReviewOptions } from '../review/review-folder.ts';
import type { Connect } from './command.ts';
import { DEFAULT_FOLDER, requireFilled } from './option-values.ts';

export function addReviewCommand(program: Command, connect: Connect): void {
  program
    .command('review')
    .description('report what pushing a folder would change: plan, tests, differences, contracts, policies')
    .argument('[folder]', 'the folder', DEFAULT_FOLDER)
    .addOption(
      new Option('--format <format>', 'of the report').choices(['markdown', 'json']).default('markdown'),
    )
    .option('--out <file>', 'write the report to a file')
    .option('--comment <file>', 'also write it as Markdown for a comment, with at most 60,000 characters')
    .option('--link <url>', 'link to the full report in the comment')
    .action(async (folder: string, options: ReviewOptions, command: Command) => {
      requireFilled('the folder', folder);
      requireFilled('the file', options.out, options.comment);
      const { reviewFolder } = await import('../review/review-folder.ts');
      await reviewFolder(connect(command), folder, options);
    });
}
