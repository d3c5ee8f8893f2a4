/** Transport of the checks. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import { type Handlers, SerializedJson } from '@px0/service-kit';
import type { CheckTemplate } from './check-template.ts';
import type { CheckResult, CheckVersion, ContentCheckResult } from './check-version.ts';

export function checkRoutes(check: CheckVersion, checkTemplate: CheckTemplate) {
  return {
    checkVersion: async ({ principal, params, query, signal }) =>
      checkAnswer(versionCheckOnWire(await check.run(principal, params.id, params.version, signal, query))),
    checkTemplate: async ({ principal, params, body, signal }) =>
      checkAnswer(checkOnWire(await checkTemplate.run(principal, params.id, body, signal), {})),
  } satisfies Handlers<Principal>;
}

function checkAnswer(pieces: readonly Uint8Array[]): SerializedJson {
  return new SerializedJson([Buffer.from('{"check":'), ...pieces, Buffer.from('}')]);
}

/** The check of a saved version. */
export function versionCheckOnWire(result: CheckResult): readonly Uint8Array[] {
  return checkOnWire(result, { version: result.version.number });
}

/** What is shown of a check; versions by the numbers that their callers know them by. */
export interface ShownCheck extends Omit<ContentCheckResult, 'live' | 'base' | 'results'> {
  readonly live: { readonly number: number } | undefined;
  readonly base: { readonly number: number } | undefined;
}

/**
 * A check as JSON, in pieces: outputs may be many megabytes.
 *
 * @param version what only the check of a version has
 */
export function checkOnWire(
  { live, base, failed, warnings, newVariables, change, payloads, payloadsDigest }: ShownCheck,
  version: Pick<Wire<'VersionCheck'>, 'version'> | Record<never, never>,
): readonly Uint8Array[] {
  const head: Omit<Wire<'TemplateCheck'>, 'payloads'> = {
    ...version,
    live_version: live?.number ?? null,
    passed: failed.length === 0,
    new_variables: [...newVariables],
    contract: { breaks: [...change.breaks], notices: [...change.notices] },
    base_version: base?.number ?? null,
    failed: failed.length,
    warnings,
    payloads_digest: payloadsDigest,
  };
  const text = `${JSON.stringify(head).slice(0, -1)},"payloads":`;
  return [Buffer.from(text), ...payloads, Buffer.from('}')];
}
