/** Transport of the diff. */
import type { Principal } from '@px0/access';
import { type Handlers, SerializedJson } from '@px0/service-kit';
import type { DiffVersions } from './diff-versions.ts';

export function diffRoutes(diffs: DiffVersions) {
  return {
    diffVersions: async ({ principal, params, query, signal }) =>
      new SerializedJson(await diffs.run(principal, params.id, query, signal)),
  } satisfies Handlers<Principal>;
}
