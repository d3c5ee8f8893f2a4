/** A request while it is applied, as it speaks for the change before the gate. */
import { ApiError } from '@px0/service-kit';
import type { Approvals, JudgingPolicy, OpenRequest, Requirement } from '../policies/mod.ts';
import type { JudgedRequest } from './judged-request.ts';

export class ApplyingRequest implements OpenRequest {
  readonly #judged: JudgedRequest;

  /** @param judged read under the lock of the prompt that the gate is asked about */
  constructor(judged: JudgedRequest) {
    this.#judged = judged;
  }

  approvals(policy: JudgingPolicy): Approvals {
    return this.#judged.approvals(policy);
  }

  refusal(requirements: readonly Requirement[]): Error {
    const unmet = requirements
      .filter(({ satisfied }) => !satisfied)
      .map(({ policy_name, unmet: missing }) => `${policy_name}: ${missing.join(', ')}`);
    return new ApiError('changeRequestNotReady', { detail: unmet.join('; ') });
  }
}
