/**
 * A review as Markdown: all summaries, then the differences, the largest last. A comment has at most as many characters as GitHub takes; what is left out is
 * counted, and linked.
 */
import { planLines } from '../prompt-files/plan-lines.ts';
import { fenced, fencedLines } from './fence.ts';
import { type Difference, type Report, verdictOf } from './report.ts';

/** GitHub takes 65,536. */
export const MOST_CHARACTERS = 60_000;

export interface MarkdownOptions {
  /** Infinity: everything. */
  readonly most: number;
  /** Where everything is shown. */
  readonly link?: string | undefined;
}

/** The shares of the sections that come before the differences; the rest is theirs. */
const SHARES = { tests: 0.3, changes: 0.2, contract: 0.1, policies: 0.1 } as const;

/** By this line, the comment of a folder is found again. */
export function markerOf(folder: string): string {
  return `<!-- px0-review ${folder.replaceAll(/[^\p{L}\p{N} ._/-]+/gu, '_').replaceAll(/-{2,}/g, '-')} -->`;
}

export function markdownOf(report: Report, { most, link }: MarkdownOptions): string {
  const { passed, changes, suites, contract, breaks, requirements } = report;
  const share = (part: keyof typeof SHARES) => most * SHARES[part];
  const tests = suites.flatMap(({ slug, errors, cases }) => [
    ...errors.map((text) => `fail ${slug}: ${text}`),
    ...cases.flatMap(({ name, failures, warnings }) => [
      ...failures.map((text) => `fail ${slug}: ${name}: ${text}`),
      ...warnings.map((text) => `warn ${slug}: ${name}: ${text}`),
    ]),
  ]);
  const contracts = contract.flatMap(({ slug, breaks: own, notices }) => {
    const isRefused = breaks.some((one) => one.slug === slug);
    return [
      ...own.map((text) => `${isRefused ? 'fail' : 'note'} ${slug}: ${text}`),
      ...notices.map((text) => `note ${slug}: ${text}`),
    ];
  });
  const policies = requirements.map(({ slug, transition, tag, policyName, unmet }) =>
    [slug, tag === null ? transition : `${transition} ${tag}`, policyName, unmet.join(', ')].join(': '),
  );
  const summary = [
    markerOf(report.folder),
    `### ${passed ? '✅' : '❌'} px0: ${verdictOf(report)}`,
    '',
    ...section('Tests', tests, share('tests')),
    ...section('Contracts', contracts, share('contract')),
    ...section('What policies ask', policies, share('policies')),
    ...section(
      'Changes',
      planLines(changes).map(({ slug, text }) => `${slug}: ${text}`),
      share('changes'),
    ),
  ].join('\n');
  return summary + differencesOf(report.differences, most - summary.length, link);
}

function section(title: string, lines: readonly string[], most: number): string[] {
  return lines.length === 0 ? [] : [`#### ${title}`, '', fencedLines(lines, most)];
}

/** The link and the count that may follow. */
const MOST_OF_THE_END = 2_500;

function differencesOf(differences: readonly Difference[], most: number, link: string | undefined): string {
  if (differences.length === 0) return '';
  const title = '\n#### How outputs differ from the live versions\n\n';
  const all = differences.map(shown).toSorted((one, other) => one.length - other.length);
  let text = title;
  let kept = 0;
  for (const one of all) {
    if (text.length + one.length > most - MOST_OF_THE_END) break;
    text += one;
    kept += 1;
  }
  const rest = all.length - kept;
  return rest === 0 ? text : `${text}… and ${rest} more${linked(link)}\n`;
}

/** A URL that ends nothing of the Markdown around it. */
function linked(link: string | undefined): string {
  if (link === undefined || !URL.canParse(link) || link.length > 2_000) return '';
  const url = new URL(link);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return '';
  return `: [all of it](<${url.href.replaceAll(/[<>\\]/g, encodeURIComponent)}>)`;
}

/** The slug in a fence, too: it is what a file is named. */
function shown({ slug, payload, diff, rendered }: Difference): string {
  const name = fenced(
    `${slug}: ${payload}${diff === null ? ' (nothing is live to compare with)' : ''}`,
    'text',
  );
  return `${name}\n${diff === null ? fenced(rendered, 'text') : fenced(diff, 'diff')}\n`;
}
