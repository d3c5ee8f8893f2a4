/** Lists the tags of a prompt. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { seenTags } from '../limits/mod.ts';
import type { FindPrompt } from '../prompts/mod.ts';
import { listTags, type TagRef } from './store.ts';

export interface ListTagsDependencies {
  readonly reader: Reader;
  readonly prompts: FindPrompt;
}

export class ListTags {
  readonly #deps: ListTagsDependencies;

  constructor(deps: ListTagsDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound */
  async run(principal: Principal, promptId: PromptId): Promise<TagRef[]> {
    const { reader, prompts } = this.#deps;
    await prompts.run(principal, 'listVersionTags', promptId);
    return listTags(reader, promptId, seenTags(principal));
  }
}
