/** Reads a version of a prompt that the caller can see. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import type { FindPrompt } from '../prompts/mod.ts';
import { type Include, parseInclude } from './include.ts';
import { requireSeenVersion } from './seen-version.ts';
import { parseVersionRef } from './version-ref.ts';
import type { VersionRow } from './version-row.ts';

export interface ReadVersionDependencies {
  readonly reader: Reader;
  readonly prompts: FindPrompt;
}

export class ReadVersion {
  readonly #deps: ReadVersionDependencies;

  constructor(deps: ReadVersionDependencies) {
    this.#deps = deps;
  }

  /** Its answer's parts. @throws ApiError promptNotFound, invalidInclude, versionNotFound */
  async run(
    principal: Principal,
    promptId: PromptId,
    ref: string,
    includeText: string | undefined,
  ): Promise<{ readonly version: VersionRow; readonly include: Include }> {
    const { reader, prompts } = this.#deps;
    await prompts.run(principal, 'getVersion', promptId);
    const include = parseInclude(includeText);
    return { version: await requireSeenVersion(reader, principal, promptId, parseVersionRef(ref)), include };
  }
}
