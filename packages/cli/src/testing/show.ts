/** Results of tests for people. */
import type { Output } from '../output.ts';
import { count } from '../prompt-files/carry-out.ts';
import { printable } from '../text-input.ts';
import { isFailed, type Suite, totalsOf } from './results.ts';

/** One line for each failure and warning, one for each prompt without, and the sum. */
export function shown(suites: readonly Suite[], { colors }: Output): string {
  const lines = suites.flatMap((suite) => {
    const { slug, cases, errors } = suite;
    const all = [
      ...errors.map((text) => `${colors.red('fail')} ${printable(`${slug}: ${text}`)}`),
      ...cases.flatMap(({ name, failures, warnings }) => [
        ...failures.map((text) => `${colors.red('fail')} ${printable(`${slug}: ${name}: ${text}`)}`),
        ...warnings.map((text) => `${colors.yellow('warn')} ${printable(`${slug}: ${name}: ${text}`)}`),
      ]),
    ];
    if (isFailed(suite)) return all;
    return [...all, `${colors.green('ok')}   ${printable(slug)}: ${count(cases.length, 'payload')}`];
  });
  return [...lines, sumOf(suites)].join('\n');
}

export function sumOf(suites: readonly Suite[]): string {
  const { prompts, payloads, failed, warnings } = totalsOf(suites);
  return `${count(prompts, 'prompt')}, ${count(payloads, 'payload')}: ${failed} failed, ${count(warnings, 'warning')}.`;
}

/** The results as JSON. */
export function resultsOf(suites: readonly Suite[]): object {
  const { prompts, payloads, failed, warnings } = totalsOf(suites);
  return {
    passed: failed === 0,
    ...{ prompts, payloads, failed, warnings },
    results: suites.map((suite) => ({
      slug: suite.slug,
      passed: !isFailed(suite),
      errors: suite.errors,
      payloads: suite.cases.map(({ name, payload, failures, warnings: own }) => ({
        name,
        payload_id: payload.payloadId,
        failures,
        warnings: own,
        assertions: payload.assertions ?? [],
      })),
    })),
  };
}
