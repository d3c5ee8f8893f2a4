/** Transport of the version operations. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { encodeNumber } from '@px0/owner';
import { type Handlers, SerializedJson } from '@px0/service-kit';
import { inputSchemaText } from '../changes/mod.ts';
import { JsonPieces } from '../heavy/thread.ts';
import { directBasis } from '../policies/mod.ts';
import type { CreateVersion } from './create-version.ts';
import type { DeleteVersion } from './delete-version.ts';
import type { DuplicateVersion } from './duplicate-version.ts';
import { versionETag } from './etag.ts';
import type { Include } from './include.ts';
import type { InputSchemas } from './input-schemas.ts';
import type { ListVersions, VersionPage } from './list-versions.ts';
import type { ReadVersion } from './read-version.ts';
import type { TransitionOptions, TransitionVersion } from './transition-version.ts';
import type { UpdateVersion } from './update-version.ts';
import { type VersionRow, versionAnswer, versionJson } from './version-row.ts';

/** A promotion with a condition of its own. */
export interface Promotion {
  run(
    principal: Principal,
    promptId: PromptId,
    ref: string,
    options: Omit<TransitionOptions, 'condition'>,
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
  readonly schemas: InputSchemas;
}

export function versionRoutes(commands: VersionCommands) {
  const {
    create,
    list,
    read,
    update,
    delete: remove,
    transition,
    promoteChecked,
    duplicate,
    schemas,
  } = commands;
  const shown = async (version: VersionRow, setHeader: SetHeader, include?: Include) => {
    setHeader('ETag', versionETag(version));
    return versionAnswer(version, { include, schema: await schemas.shown(version) });
  };
  return {
    createVersion: async ({ principal, params, body, signal, setHeader }) =>
      shown(await create.run(principal, params.id, body, signal), setHeader),
    listVersions: async ({ principal, params, query }) =>
      pageOnWire(await list.run(principal, params.id, query), query.include === 'schema'),
    getVersion: async ({ principal, params, query, setHeader }) => {
      const { version, include } = await read.run(principal, params.id, params.version, query.include);
      return shown(version, setHeader, include);
    },
    updateVersion: async ({ principal, params, body, header, signal, setHeader }) =>
      shown(
        await update.run(
          principal,
          params.id,
          params.version,
          body,
          header('if-match'),
          signal,
          directBasis(header),
        ),
        setHeader,
      ),
    deletePromptVersion: async ({ principal, params, header }) => {
      await remove.run(principal, params.id, params.version, header('if-match'), directBasis(header));
      return undefined;
    },
    promoteVersion: async ({ principal, params, query, body, header, signal, setHeader }) => {
      const { id, version } = params;
      const options = {
        ifMatch: header('if-match'),
        readInput: body,
        allowed: query.allow,
        requiresContract: query.require === 'contract',
        basis: directBasis(header),
        signal,
      };
      const promoted =
        query.require === 'payloads'
          ? await promoteChecked.run(principal, id, version, options, signal)
          : await transition.run(principal, id, version, 'promote', options);
      return shown(promoted, setHeader);
    },
    demoteVersion: async ({ principal, params, body, header, setHeader }) => {
      const options = { ifMatch: header('if-match'), readInput: body, basis: directBasis(header) };
      return shown(await transition.run(principal, params.id, params.version, 'demote', options), setHeader);
    },
    archiveVersion: async ({ principal, params, body, header, setHeader }) => {
      const options = { ifMatch: header('if-match'), readInput: body, basis: directBasis(header) };
      return shown(await transition.run(principal, params.id, params.version, 'archive', options), setHeader);
    },
    duplicateVersion: async ({ principal, params, setHeader }) =>
      shown(await duplicate.run(principal, params.id, params.version), setHeader),
  } satisfies Handlers<Principal>;
}

type SetHeader = (name: string, value: string) => void;

/** `next_cursor` appears on a page that is not the last one; a list without limit is complete. */
function pageOnWire({ rows, next }: VersionPage, hasSchemas: boolean): SerializedJson {
  const json = new JsonPieces();
  json.add('{"versions":[');
  for (const [index, version] of rows.entries()) {
    const schema = hasSchemas ? inputSchemaText(version) : undefined;
    json.add(`${index > 0 ? ',' : ''}${versionJson(version, { schema })}`);
  }
  json.add(next === undefined ? ']}' : `],"next_cursor":${JSON.stringify(encodeNumber(next))}}`);
  return new SerializedJson(json.end());
}
