/** Whether what a process of the release before does not know may be made: keys with limits. */
import { ApiError } from '@px0/service-kit';

export type Policies = 'on' | 'off';

/** @throws ApiError serviceUnavailable while the release before may still run */
export function requirePoliciesOn(policies: Policies): void {
  if (policies === 'off') throw new ApiError('serviceUnavailable');
}
