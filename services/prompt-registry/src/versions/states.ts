/** The state to which a transition takes a version, by the contract's table. */
import type { VersionStatus } from '@px0/contracts';
import { type Transition, versionTransitions } from '@px0/contracts/version-states';
import { ApiError } from '@px0/service-kit';

export type { Transition };

/** The state after a transition. @throws ApiError the contract's refusal for the present state */
export function after(transition: Transition, status: VersionStatus): VersionStatus {
  const outcome = versionTransitions[transition][status];
  if ('refusal' in outcome) throw new ApiError(outcome.refusal);
  return outcome.to;
}
