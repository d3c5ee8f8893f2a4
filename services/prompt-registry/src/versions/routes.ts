/** Transport of the version operations. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { encodeNumber } from '@px0/owner';
import type { Handlers } from '@px0/service-kit';
import type { CreateVersion } from './create-version.ts';
import type { DeleteVersion } from './delete-version.ts';
import type { DuplicateVersion } from './duplicate-version.ts';
import { versionETag } from './etag.ts';
import type { ListVersions, VersionPage } from './list-versions.ts';
import type { ReadVersion } from './read-version.ts';
import type { TransitionVersion } from './transition-version.ts';
import type { UpdateVersion } from './update-version.ts';
import { type VersionRow, versionOnWire } from './version-row.ts';

/** A promotion with a condition of its own. */
export interface Promotion {
  run(
    principal: Principal,
    promptId: PromptId,
    ref: string,
    ifMatch: string | undefined,
    signal: AbortSignal,
  ): Promise<VersionRow>;
}

export interface VersionCommands {
  readonly create: CreateVersion;
  readonly list: ListVersions;
  readonly read: ReadVersion;
  readonly update: UpdateVersion;
  readonly delete: DeleteVersion;
  readonly transition: TransitionVersion;
  /** Promotes a version that renders with every payload. */
  readonly promoteChecked: Promotion;
  readonly duplicate: DuplicateVersion;
}

export function versionRoutes(commands: VersionCommands) {
  const { create, list, read, update, delete: remove, transition, promoteChecked, duplicate } = commands;
  return {
    createVersion: async ({ principal, params, body, signal, setHeader }) =>
      shown(await create.run(principal, params.id, body, signal), setHeader),
    listVersions: async ({ principal, params, query }) =>
      pageOnWire(await list.run(principal, params.id, query)),
    getVersion: async ({ principal, params, setHeader }) =>
      shown(await read.run(principal, 'getVersion', params.id, params.version), setHeader),
    updateVersion: async ({ principal, params, body, header, signal, setHeader }) =>
      shown(
        await update.run(principal, params.id, params.version, body, header('if-match'), signal),
        setHeader,
      ),
    deletePromptVersion: async ({ principal, params, header }) => {
      await remove.run(principal, params.id, params.version, header('if-match'));
      return undefined;
    },
    promoteVersion: async ({ principal, params, query, header, signal, setHeader }) => {
      const { id, version } = params;
      const ifMatch = header('if-match');
      const promoted =
        query.require === 'payloads'
          ? await promoteChecked.run(principal, id, version, ifMatch, signal)
          : await transition.run(principal, id, version, 'promote', ifMatch);
      return shown(promoted, setHeader);
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
      shown(await duplicate.run(principal, params.id, params.version), setHeader),
  } satisfies Handlers<Principal>;
}

function shown(version: VersionRow, setHeader: (name: string, value: string) => void) {
  setHeader('ETag', versionETag(version));
  return { version: versionOnWire(version) };
}

/** `next_cursor` appears on a page that is not the last one; a list without limit is complete. */
function pageOnWire({ rows, next }: VersionPage) {
  const list = { versions: rows.map(versionOnWire) };
  return next === undefined ? list : { ...list, next_cursor: encodeNumber(next) };
}
