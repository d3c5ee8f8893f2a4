/** Replaces the name, the variables or the assertions of a payload. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { AssertionCheck, GivenAssertions } from '../assertions/mod.ts';
import { type Basis, direct, type PolicyGate } from '../policies/mod.ts';
import type { PromptChange, PromptChanges } from '../prompts/mod.ts';
import { refusingBeyondJsonb } from './beyond-jsonb.ts';
import { type PayloadInput, type PayloadOptions, requireName } from './payload-input.ts';
import { type PayloadRow, requirePayload, updatePayload } from './store.ts';

export interface UpdatePayloadDependencies {
  readonly changes: PromptChanges;
  readonly gate: PolicyGate;
  readonly assertions: AssertionCheck;
}

export class UpdatePayload {
  readonly #deps: UpdatePayloadDependencies;

  constructor(deps: UpdatePayloadDependencies) {
    this.#deps = deps;
  }

  /**
   * An update that names nothing succeeds and leaves the payload as it is, its time included.
   *
   * @throws ApiError promptNotFound, forbidden, what `readInput` throws, nameTooLong, invalidAssertions, payloadNotFound, what the gate throws,
   * invalidRequestBody, tooManyHeavyRenders
   */
  async run(
    principal: Principal,
    promptId: PromptId,
    payloadId: string,
    readInput: () => PayloadInput,
    { basis = direct, signal }: PayloadOptions = {},
  ): Promise<PayloadRow> {
    const action = 'updatePromptPayload';
    const given = await this.#deps.assertions.of(principal, action, promptId, readInput, signal);
    const update = this.#deps.changes.make(principal, action, promptId, (open) =>
      this.within(open, payloadId, given, basis),
    );
    return refusingBeyondJsonb(update);
  }

  /**
   * The same within a change that is open, whose caller was judged.
   *
   * @throws ApiError nameTooLong, invalidAssertions, payloadNotFound, what the gate throws
   */
  async within(
    open: PromptChange,
    payloadId: string,
    given: GivenAssertions<PayloadInput>,
    basis: Basis,
  ): Promise<PayloadRow> {
    const { change, prompt, record } = open;
    const { name, variables } = given.input();
    requireName(name);
    const assertions = given.assertions();
    const present = await requirePayload(change, prompt.id, payloadId);
    if (name === undefined && variables === undefined && assertions === undefined) return present;
    const set = {
      ...(name !== undefined && { name }),
      ...(variables !== undefined && { variables }),
      ...(assertions !== undefined && { assertions: [...assertions] }),
    };
    const proposal = { kind: 'payload', payload_id: payloadId, set };
    const permit = await this.#deps.gate.permit(open, { transitions: ['payloads'], proposal }, basis);
    const replaced = {
      name,
      variables: variables === undefined ? undefined : { value: variables },
      assertions,
    };
    const payload = await updatePayload(change, prompt.id, payloadId, replaced, permit);
    await record('payload.updated', { detail: { payload: payloadId, name: payload.name } });
    return payload;
  }
}
