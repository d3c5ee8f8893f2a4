/** A change request as a text: how outputs differ first, then the text itself, and who said what. */
import type { GetChangeRequest200Response, PromptVersion } from '@px0/sdk/api';
import { suiteOf } from '../testing/results.ts';
import { describeProposal, describeReview, missingIn, stateOf } from './describe.ts';

export function requestText({
  changeRequest: request,
  before,
  after,
  check,
}: GetChangeRequest200Response): string {
  const cases = check === null ? [] : suiteOf(request.slug, check.payloads).cases;
  const findings = cases.flatMap(({ name, failures, warnings }) => [
    ...failures.map((text) => `fail ${name}: ${text}`),
    ...warnings.map((text) => `warn ${name}: ${text}`),
  ]);
  const differences = (check?.payloads ?? []).flatMap(({ name, diff }, index) =>
    diff === null || diff === '' ? [] : [`Output with ${name ?? `payload ${index + 1}`}:\n${diff}`],
  );
  const missing = request.requirements.map(missingIn).filter((one) => one !== undefined);
  const sections = [
    `#${request.number} ${request.title}\n${request.slug}: ${describeProposal(request.change)}\n${stateOf(request)}`,
    request.description,
    ...differences,
    findings.join('\n'),
    contentOf('Live now', before),
    contentOf('Proposed', after),
    missing.length === 0 ? '' : `Policies ask for:\n${missing.join('\n')}`,
    request.reviews.map(describeReview).join('\n'),
    request.binding.contentHash === null ? '' : `Content: ${request.binding.contentHash}`,
  ];
  return `${sections
    .map((section) => section.trimEnd())
    .filter((section) => section !== '')
    .join('\n\n')}\n`;
}

function contentOf(what: string, version: PromptVersion | null): string {
  if (version === null) return '';
  return `${what}, version ${version.version}:\n${version.template}`;
}
