/** Shows the version that a read of a prompt asks for in addition. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import type { WantedVersion } from '../prompts/mod.ts';
import { parseInclude } from './include.ts';
import type { InputSchemas } from './input-schemas.ts';
import { requireSeenVersion } from './seen-version.ts';
import { parseVersionRef, type VersionRef } from './version-ref.ts';
import { versionJson } from './version-row.ts';

export interface ShowWantedVersionDependencies {
  readonly reader: Reader;
  readonly schemas: InputSchemas;
}

type Query = Parameters<WantedVersion['run']>[2];

export class ShowWantedVersion implements WantedVersion {
  readonly #deps: ShowWantedVersionDependencies;

  constructor(deps: ShowWantedVersionDependencies) {
    this.#deps = deps;
  }

  /** Its JSON. The caller must be allowed to read the prompt. @throws ApiError invalidInclude, versionNotFound */
  async run(principal: Principal, promptId: PromptId, query: Query): Promise<string | undefined> {
    const include = parseInclude(query.include);
    const ref = wantedRef(query);
    if (ref === undefined) return undefined;
    const { reader, schemas } = this.#deps;
    const version = await requireSeenVersion(reader, principal, promptId, ref);
    return versionJson(version, { include, schema: await schemas.shown(version) });
  }
}

/** `version` is a number or a tag and wins; `tag` is a tag even when it consists of digits. */
function wantedRef({ version = '', tag = '' }: Query): VersionRef | undefined {
  if (version !== '') return parseVersionRef(version);
  return tag === '' ? undefined : { kind: 'tag', tag };
}
