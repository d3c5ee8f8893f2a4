/** Lists what CI found about a version. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import type { FindPrompt } from '../prompts/mod.ts';
import { parseVersionRef, requireVersion } from '../versions/mod.ts';
import { type CheckRow, newestChecks } from './store.ts';

export interface ListChecksDependencies {
  readonly reader: Reader;
  readonly prompts: FindPrompt;
}

export class ListChecks {
  readonly #deps: ListChecksDependencies;

  constructor(deps: ListChecksDependencies) {
    this.#deps = deps;
  }

  /** The newest of each name, also of content that the version no longer has. @throws ApiError promptNotFound, versionNotFound */
  async run(principal: Principal, promptId: PromptId, ref: string): Promise<CheckRow[]> {
    const { reader, prompts } = this.#deps;
    await prompts.run(principal, 'listChecks', promptId);
    const { number } = await requireVersion(reader, promptId, parseVersionRef(ref));
    return newestChecks(reader, promptId, number);
  }
}
