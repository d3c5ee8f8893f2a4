/** Transport of the version operations. */
import type { Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import type { PromoteWithPayloads } from '../checks/mod.ts';
import { encodeNumber } from '../paging/mod.ts';
import { versionETag } from './etag.ts';
import type { ReadVersions, VersionPage } from './read-versions.ts';
import type { TransitionVersion } from './transition-version.ts';
import { type VersionRow, versionToWire } from './version-row.ts';
import type { WriteVersions } from './write-versions.ts';

export interface VersionCommands {
  readonly read: ReadVersions;
  readonly write: WriteVersions;
  readonly transition: TransitionVersion;
  readonly promoteWithPayloads: PromoteWithPayloads;
}

export function versionRoutes({ read, write, transition, promoteWithPayloads }: VersionCommands) {
  return {
    createVersion: async ({ principal, params, body, setHeader }) =>
      shown(await write.create(principal, params.id, body), setHeader),
    listVersions: async ({ principal, params, query }) =>
      listed(await read.list(principal, params.id, query)),
    getVersion: async ({ principal, params, setHeader }) =>
      shown(await read.get(principal, params.id, params.version), setHeader),
    updateVersion: async ({ principal, params, body, header, setHeader }) =>
      shown(await write.update(principal, params.id, params.version, body, header('if-match')), setHeader),
    deletePromptVersion: async ({ principal, params, header }) => {
      await write.delete(principal, params.id, params.version, header('if-match'));
      return undefined;
    },
    promoteVersion: async ({ principal, params, query, header, setHeader }) => {
      const promote = query.require === 'payloads' ? promoteWithPayloads : transition;
      return shown(
        await promote.run(principal, params.id, params.version, 'promote', header('if-match')),
        setHeader,
      );
    },
    demoteVersion: async ({ principal, params, header, setHeader }) =>
      shown(
        await transition.run(principal, params.id, params.version, 'demote', header('if-match')),
        setHeader,
      ),
    archiveVersion: async ({ principal, params, header, setHeader }) =>
      shown(
        await transition.run(principal, params.id, params.version, 'archive', header('if-match')),
        setHeader,
      ),
    duplicateVersion: async ({ principal, params, setHeader }) =>
      shown(await write.duplicate(principal, params.id, params.version), setHeader),
  } satisfies Handlers<Principal>;
}

function shown(version: VersionRow, setHeader: (name: string, value: string) => void) {
  setHeader('ETag', versionETag(version));
  return { version: versionToWire(version) };
}

/** `next_cursor` appears on a page that is not the last one; a list without limit is complete. */
function listed({ rows, next }: VersionPage) {
  const list = { versions: rows.map(versionToWire) };
  return next === undefined ? list : { ...list, next_cursor: encodeNumber(next) };
}
