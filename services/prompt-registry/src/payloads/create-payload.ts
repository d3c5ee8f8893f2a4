/** Creates payloads: sample variables of a prompt. They are not in the prompt's event, since only this service reads them. */
import { randomUUID } from 'node:crypto';
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import type { PromptChanges } from '../prompts/mod.ts';
import { refusingBeyondJsonb } from './beyond-jsonb.ts';
import { type PayloadInput, requireName } from './payload-input.ts';
import { insertPayload, type PayloadRow } from './store.ts';

export interface CreatePayloadDependencies {
  readonly changes: PromptChanges;
}

export class CreatePayload {
  readonly #deps: CreatePayloadDependencies;

  constructor(deps: CreatePayloadDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, forbidden, what `readInput` throws, payloadVariablesRequired, nameTooLong, invalidRequestBody */
  run(principal: Principal, promptId: PromptId, readInput: () => PayloadInput): Promise<PayloadRow> {
    const creation = this.#deps.changes.make(
      principal,
      'createPromptPayload',
      promptId,
      async ({ change, record }) => {
        const { name, variables } = readInput();
        // Null is a value here: only an absent field is missing.
        if (variables === undefined) throw new ApiError('payloadVariablesRequired');
        requireName(name);
        const payload = await insertPayload(change, {
          id: randomUUID(),
          promptId,
          name: name ?? null,
          variables,
        });
        await record('payload.created', { detail: { payload: payload.id, name: payload.name } });
        return payload;
      },
    );
    return refusingBeyondJsonb(creation);
  }
}
