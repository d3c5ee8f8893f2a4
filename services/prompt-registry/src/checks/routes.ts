/** Transport of the check. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import { type Handlers, SerializedJson } from '@px0/service-kit';
import type { CheckResult, CheckVersion } from './check-version.ts';

export function checkRoutes(check: CheckVersion) {
  return {
    checkVersion: async ({ principal, params, signal }) =>
      checkAnswer(await check.run(principal, params.id, params.version, signal)),
  } satisfies Handlers<Principal>;
}

function checkAnswer(result: CheckResult): SerializedJson {
  return new SerializedJson([Buffer.from('{"check":'), ...checkOnWire(result), Buffer.from('}')]);
}

/** The check as JSON, in pieces: outputs may be many megabytes. */
export function checkOnWire({
  version,
  live,
  failed,
  newVariables,
  change,
  payloads,
}: CheckResult): readonly Uint8Array[] {
  const head: Omit<Wire<'VersionCheck'>, 'payloads'> = {
    version: version.number,
    live_version: live?.number ?? null,
    passed: failed.length === 0,
    new_variables: [...newVariables],
    contract: { breaks: [...change.breaks], notices: [...change.notices] },
  };
  const text = `${JSON.stringify(head).slice(0, -1)},"payloads":`;
  return [Buffer.from(text), ...payloads, Buffer.from('}')];
}
