/** Transport of the check. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import type { Handlers } from '@px0/service-kit';
import { type CheckResult, type CheckVersion, failures, type PayloadResult } from './check-version.ts';
import type { Rendition } from './trial.ts';

export function checkRoutes(check: CheckVersion) {
  return {
    checkVersion: async ({ principal, params }) => ({
      check: checkOnWire(await check.run(principal, params.id, params.version)),
    }),
  } satisfies Handlers<Principal>;
}

function checkOnWire(result: CheckResult): Wire<'VersionCheck'> {
  return {
    version: result.version.number,
    live_version: result.live?.number ?? null,
    passed: failures(result).length === 0,
    new_variables: [...result.newVariables],
    payloads: result.results.map(payloadOnWire),
  };
}

function payloadOnWire({
  sample,
  version,
  live,
  diff,
}: PayloadResult): Wire<'VersionCheck'>['payloads'][number] {
  return {
    payload_id: sample.payloadId,
    name: sample.name,
    version: renditionOnWire(version),
    live: live === undefined ? null : renditionOnWire(live),
    diff: diff ?? null,
  };
}

function renditionOnWire(rendition: Rendition) {
  return rendition.outcome === 'rendered'
    ? { outcome: rendition.outcome, rendered: rendition.rendered, error: null }
    : { outcome: rendition.outcome, rendered: null, error: rendition.error };
}
