/** Reads a version of a prompt that the caller can see. */
import type { Action, Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import type { FindPrompt } from '../prompts/mod.ts';
import { requireVersion } from './store.ts';
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

  /** @throws ApiError promptNotFound, versionNotFound */
  async run(principal: Principal, action: Action, promptId: PromptId, ref: string): Promise<VersionRow> {
    const { reader, prompts } = this.#deps;
    await prompts.run(principal, action, promptId);
    return requireVersion(reader, promptId, parseVersionRef(ref));
  }
}
