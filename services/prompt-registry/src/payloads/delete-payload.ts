/** Deletes payloads. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { type Basis, direct, type PolicyGate } from '../policies/mod.ts';
import type { PromptChange, PromptChanges } from '../prompts/mod.ts';
import { deletePayload, requirePayload } from './store.ts';

export interface DeletePayloadDependencies {
  readonly changes: PromptChanges;
  readonly gate: PolicyGate;
}

export class DeletePayload {
  readonly #deps: DeletePayloadDependencies;

  constructor(deps: DeletePayloadDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, forbidden, payloadNotFound, what the gate throws */
  run(principal: Principal, promptId: PromptId, payloadId: string, basis: Basis = direct): Promise<void> {
    return this.#deps.changes.make(principal, 'deletePromptPayload', promptId, (open) =>
      this.within(open, payloadId, basis),
    );
  }

  /** The same within a change that is open, whose caller was judged. @throws ApiError payloadNotFound, what the gate throws */
  async within(open: PromptChange, payloadId: string, basis: Basis): Promise<void> {
    const { change, prompt, record } = open;
    await requirePayload(change, prompt.id, payloadId);
    const proposal = { kind: 'payload', payload_id: payloadId, set: null };
    const permit = await this.#deps.gate.permit(open, { transitions: ['payloads'], proposal }, basis);
    await deletePayload(change, prompt.id, payloadId, permit);
    await record('payload.deleted', { detail: { payload: payloadId } });
  }
}
