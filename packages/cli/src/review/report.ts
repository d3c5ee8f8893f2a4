/** What a review of a folder says: its plan, its tests, how outputs differ, contract breaks, and what policies ask. */
import type { ImportChange, PreviewedRequirement } from '@px0/sdk/api';
import { planLines } from '../prompt-files/plan-lines.ts';
import { type FolderPreview, type InvalidFile, isBreak } from '../prompt-files/preview.ts';
import { isFailed, type Suite, totalsOf } from '../testing/results.ts';
import { resultsOf } from '../testing/show.ts';
import { suitesOf } from '../testing/test-prompts.ts';

/** How a payload's output changes; without a live version `diff` is null, and `rendered` the output. */
export interface Difference {
  readonly slug: string;
  readonly payload: string;
  readonly diff: string | null;
  readonly rendered: string;
}

interface ContractChange {
  readonly slug: string;
  readonly breaks: readonly string[];
  readonly notices: readonly string[];
}

export interface Report {
  readonly folder: string;
  readonly passed: boolean;
  readonly changes: readonly ImportChange[];
  readonly suites: readonly Suite[];
  readonly differences: readonly Difference[];
  readonly contract: readonly ContractChange[];
  /** Refusals because of a contract. */
  readonly breaks: readonly InvalidFile[];
  /** Those that are not satisfied. */
  readonly requirements: readonly PreviewedRequirement[];
}

export function reportOf(folder: string, preview: FolderPreview): Report {
  const suites = suitesOf(preview);
  const breaks = preview.invalid.filter(isBreak);
  return {
    folder,
    passed: breaks.length === 0 && !suites.some(isFailed),
    changes: preview.changes,
    suites,
    differences: preview.checks.flatMap(({ slug, check }) =>
      check.payloads.flatMap((payload, index) => {
        const { diff, live, version, name } = payload;
        const rendered = version.rendered ?? '';
        const isSame = live !== null && live.rendered === version.rendered;
        if (version.outcome !== 'rendered' || isSame || diff === '') return [];
        return [{ slug, payload: name ?? `payload ${index + 1}`, diff, rendered }];
      }),
    ),
    contract: preview.checks.flatMap(({ slug, check: { contract } }) => {
      const { breaks: own = [], notices = [] } = contract ?? {};
      return own.length + notices.length === 0 ? [] : [{ slug, breaks: own, notices }];
    }),
    breaks,
    requirements: preview.requirements.filter(({ satisfied }) => !satisfied),
  };
}

/** The report as JSON. */
export function reportJson(report: Report): object {
  const { folder, passed, changes, suites, differences, contract, requirements } = report;
  return {
    ...{ folder, passed, changes },
    tests: resultsOf(suites),
    differences: differences.map(({ slug, payload, diff, rendered }) => ({
      ...{ slug, payload, diff },
      ...(diff === null && { rendered }),
    })),
    contract: contract.map(({ slug, breaks, notices }) => ({
      ...{ slug, breaks, notices },
      refused: report.breaks.some((one) => one.slug === slug),
    })),
    requirements: requirements.map((requirement) => ({
      slug: requirement.slug,
      transition: requirement.transition,
      tag: requirement.tag,
      policy: requirement.policyName,
      unmet: requirement.unmet,
    })),
  };
}

/** One sentence for a status line. */
export function verdictOf({ changes, suites, breaks, requirements }: Report): string {
  const { failed, warnings } = totalsOf(suites);
  const parts = [
    amount(planLines(changes).length, 'change'),
    failed === 0 ? 'all tests pass' : `${amount(failed, 'test')} failed`,
    ...(warnings > 0 ? [amount(warnings, 'warning')] : []),
    ...(breaks.length > 0 ? [amount(breaks.length, 'contract break')] : []),
    ...(requirements.length > 0 ? ['policies ask for more'] : []),
  ];
  return `${parts.join(', ')}.`;
}

function amount(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
