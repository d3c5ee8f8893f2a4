/**
 * Whether policies may be written. A process of the release before knows none and would let pass what they guard, so it is refused until all of
 * them are gone.
 */
import { ApiError } from '@px0/service-kit/errors';

export type Policies = 'on' | 'off';

/** @throws ApiError serviceUnavailable */
export function requirePoliciesOn(policies: Policies): void {
  if (policies === 'off') throw new ApiError('serviceUnavailable');
}
