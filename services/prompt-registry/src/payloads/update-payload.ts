/** Replaces the name or the variables of a payload. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { PromptChanges } from '../prompts/mod.ts';
import { refusingBeyondJsonb } from './beyond-jsonb.ts';
import { type PayloadInput, requireName } from './payload-input.ts';
import { type PayloadRow, requirePayload, updatePayload } from './store.ts';

export interface UpdatePayloadDependencies {
  readonly changes: PromptChanges;
}

export class UpdatePayload {
  readonly #deps: UpdatePayloadDependencies;

  constructor(deps: UpdatePayloadDependencies) {
    this.#deps = deps;
  }

  /**
   * An update that names nothing succeeds and leaves the payload as it is, its time included.
   *
   * @throws ApiError promptNotFound, forbidden, what `readInput` throws, nameTooLong, payloadNotFound, invalidRequestBody
   */
  run(
    principal: Principal,
    promptId: PromptId,
    payloadId: string,
    readInput: () => PayloadInput,
  ): Promise<PayloadRow> {
    const update = this.#deps.changes.make(
      principal,
      'updatePromptPayload',
      promptId,
      async ({ change, record }) => {
        const { name, variables } = readInput();
        requireName(name);
        if (name === undefined && variables === undefined) return requirePayload(change, promptId, payloadId);
        const payload = await updatePayload(change, promptId, payloadId, {
          name,
          variables: variables === undefined ? undefined : { value: variables },
        });
        await record('payload.updated', { detail: { payload: payloadId, name: payload.name } });
        return payload;
      },
    );
    return refusingBeyondJsonb(update);
  }
}
