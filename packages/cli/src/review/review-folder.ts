/** `review`: one report about a folder. Loaded only for this command. */
import type { Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { previewFolder } from '../prompt-files/preview.ts';
import { writeReport } from '../testing/test-prompts.ts';
import { MOST_CHARACTERS, markdownOf } from './markdown.ts';
import { reportJson, reportOf, verdictOf } from './report.ts';

export interface ReviewOptions {
  readonly format: 'markdown' | 'json';
  readonly out?: string;
  readonly comment?: string;
  readonly link?: string;
}

/** @throws CliError with the exit code of a refusal when tests, a template or a contract fail */
export async function reviewFolder(context: Context, folder: string, options: ReviewOptions): Promise<void> {
  const { output } = context;
  const { format, out, comment, link } = options;
  const report = reportOf(folder, await previewFolder(context, folder));
  const json = reportJson(report);
  const isJson = format === 'json' || output.isJson;
  const markdown = () => markdownOf(report, { most: Number.POSITIVE_INFINITY });
  if (comment !== undefined) writeReport(comment, markdownOf(report, { most: MOST_CHARACTERS, link }));
  if (out === undefined) {
    if (isJson) output.json(json);
    else output.text(json, markdown());
  } else {
    writeReport(out, isJson ? `${JSON.stringify(json, undefined, 2)}\n` : markdown());
    output.note(`px0: ${verdictOf(report)}`);
  }
  if (!report.passed) throw new CliError('refused', `the review fails: ${verdictOf(report)}`);
}
