/** Reads a payload of a prompt that the caller can see. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import type { FindPrompt } from '../prompts/mod.ts';
import { type PayloadRow, requirePayload } from './store.ts';

export interface ReadPayloadDependencies {
  readonly reader: Reader;
  readonly prompts: FindPrompt;
}

export class ReadPayload {
  readonly #deps: ReadPayloadDependencies;

  constructor(deps: ReadPayloadDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, payloadNotFound */
  async run(principal: Principal, promptId: PromptId, payloadId: string): Promise<PayloadRow> {
    const { reader, prompts } = this.#deps;
    await prompts.run(principal, 'getPromptPayload', promptId);
    return requirePayload(reader, promptId, payloadId);
  }
}
