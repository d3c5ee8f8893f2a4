/** Creates payloads: sample variables of a prompt. They are not in the prompt's event, since only this service reads them. */
import { randomUUID } from 'node:crypto';
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import type { AssertionCheck, GivenAssertions } from '../assertions/mod.ts';
import { type Basis, direct, type PolicyGate } from '../policies/mod.ts';
import type { PromptChange, PromptChanges } from '../prompts/mod.ts';
import { refusingBeyondJsonb } from './beyond-jsonb.ts';
import { type PayloadInput, type PayloadOptions, requireName } from './payload-input.ts';
import { insertPayload, type PayloadRow } from './store.ts';

export interface CreatePayloadDependencies {
  readonly changes: PromptChanges;
  readonly gate: PolicyGate;
  readonly assertions: AssertionCheck;
}

export class CreatePayload {
  readonly #deps: CreatePayloadDependencies;

  constructor(deps: CreatePayloadDependencies) {
    this.#deps = deps;
  }

  /**
   * @throws ApiError promptNotFound, forbidden, what `readInput` throws, payloadVariablesRequired, nameTooLong, invalidAssertions, what the gate
   * throws, invalidRequestBody, tooManyHeavyRenders
   */
  async run(
    principal: Principal,
    promptId: PromptId,
    readInput: () => PayloadInput,
    { basis = direct, signal }: PayloadOptions = {},
  ): Promise<PayloadRow> {
    const action = 'createPromptPayload';
    const given = await this.#deps.assertions.of(principal, action, promptId, readInput, signal);
    const creation = this.#deps.changes.make(principal, action, promptId, (open) =>
      this.within(open, given, basis),
    );
    return refusingBeyondJsonb(creation);
  }

  /**
   * The same within a change that is open, whose caller was judged.
   *
   * @throws ApiError payloadVariablesRequired, nameTooLong, invalidAssertions, what the gate throws
   */
  async within(open: PromptChange, given: GivenAssertions<PayloadInput>, basis: Basis): Promise<PayloadRow> {
    const { change, prompt, record } = open;
    const { name, variables } = given.input();
    // Null is a value here: only an absent field is missing.
    if (variables === undefined) throw new ApiError('payloadVariablesRequired');
    requireName(name);
    const assertions = given.assertions();
    const set = {
      variables,
      ...(name !== undefined && { name }),
      ...(assertions !== undefined && { assertions: [...assertions] }),
    };
    const proposal = { kind: 'payload', payload_id: null, set };
    const permit = await this.#deps.gate.permit(open, { transitions: ['payloads'], proposal }, basis);
    const payload = await insertPayload(
      change,
      { id: randomUUID(), promptId: prompt.id, name: name ?? null, variables, assertions: assertions ?? [] },
      permit,
    );
    await record('payload.created', { detail: { payload: payload.id, name: payload.name } });
    return payload;
  }
}
