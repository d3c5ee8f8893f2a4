/** Deletes payloads. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { PromptChanges } from '../prompts/mod.ts';
import { deletePayload } from './store.ts';

export interface DeletePayloadDependencies {
  readonly changes: PromptChanges;
}

export class DeletePayload {
  readonly #deps: DeletePayloadDependencies;

  constructor(deps: DeletePayloadDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, forbidden, payloadNotFound */
  run(principal: Principal, promptId: PromptId, payloadId: string): Promise<void> {
    const { changes } = this.#deps;
    return changes.make(principal, 'deletePromptPayload', promptId, async ({ change, record }) => {
      await deletePayload(change, promptId, payloadId);
      await record('payload.deleted', { detail: { payload: payloadId } });
    });
  }
}
