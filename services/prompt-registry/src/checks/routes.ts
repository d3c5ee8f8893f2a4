/** Transport of the check. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import { type Handlers, SerializedJson } from '@px0/service-kit';
import type { CheckResult, CheckVersion } from './check-version.ts';

export function checkRoutes(check: CheckVersion) {
  return {
    checkVersion: async ({ principal, params, signal }) =>
      checkOnWire(await check.run(principal, params.id, params.version, signal)),
  } satisfies Handlers<Principal>;
}

function checkOnWire({ version, live, failed, newVariables, change, payloads }: CheckResult): SerializedJson {
  const head: Omit<Wire<'VersionCheck'>, 'payloads'> = {
    version: version.number,
    live_version: live?.number ?? null,
    passed: failed.length === 0,
    new_variables: [...newVariables],
    contract: { breaks: [...change.breaks], notices: [...change.notices] },
  };
  return new SerializedJson([
    Buffer.from(`{"check":${JSON.stringify(head).slice(0, -1)},"payloads":`),
    ...payloads,
    Buffer.from('}}'),
  ]);
}
