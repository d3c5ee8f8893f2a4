/**
 * Whether rows may hold what processes of the release before do not know, which would lose it or answer without it. It is refused until all of
 * them are gone.
 */
import { ApiError } from '@px0/service-kit/errors';

export type Authoring = 'on' | 'off';

/** @throws ApiError serviceUnavailable */
export function requireAuthoringOn(authoring: Authoring): void {
  if (authoring === 'off') throw new ApiError('serviceUnavailable');
}
