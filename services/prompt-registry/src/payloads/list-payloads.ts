/** Lists the payloads of a prompt that the caller can see. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { type Page, type PageMark, pageOf, parseLimit, parseMark, type Reader } from '@px0/owner';
import type { FindPrompt } from '../prompts/mod.ts';
import { listPayloads, type PayloadRow } from './store.ts';

/** The order of the list, as its cursors name it. */
export const PAYLOAD_ORDER = '-created_at';

export type PayloadPage = Page<PayloadRow, PageMark>;

export interface PageParameters {
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
}

export interface ListPayloadsDependencies {
  readonly reader: Reader;
  readonly prompts: FindPrompt;
}

export class ListPayloads {
  readonly #deps: ListPayloadsDependencies;

  constructor(deps: ListPayloadsDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, invalidLimit, invalidCursor */
  async run(principal: Principal, promptId: PromptId, parameters: PageParameters): Promise<PayloadPage> {
    const { reader, prompts } = this.#deps;
    await prompts.run(principal, 'listPromptPayloads', promptId);
    const limit = parseLimit(parameters.limit);
    const after = parseMark(parameters.cursor, PAYLOAD_ORDER, 'time');
    const rows = await listPayloads(reader, promptId, limit, after);
    return pageOf(rows, limit, ({ createdAt, id }) => ({ value: createdAt, id }));
  }
}
