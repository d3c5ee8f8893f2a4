/** The state machine of versions, as a table: draft, stable, live, archived, and what each operation makes of them. */
import type { ErrorCode, VersionStatus } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';

export type Transition = 'promote' | 'demote' | 'archive';

type Outcome = { readonly to: VersionStatus } | { readonly refusal: ErrorCode };

const transitions: { readonly [T in Transition]: { readonly [S in VersionStatus]: Outcome } } = {
  promote: {
    draft: { to: 'stable' },
    stable: { to: 'live' },
    live: { refusal: 'cannotPromoteLive' },
    archived: { refusal: 'cannotPromoteArchived' },
  },
  demote: {
    draft: { refusal: 'onlyLiveCanBeDemoted' },
    stable: { refusal: 'onlyLiveCanBeDemoted' },
    live: { to: 'stable' },
    archived: { refusal: 'onlyLiveCanBeDemoted' },
  },
  archive: {
    draft: { to: 'archived' },
    stable: { to: 'archived' },
    live: { to: 'archived' },
    archived: { refusal: 'versionAlreadyArchived' },
  },
};

/** The state after a transition. @throws ApiError the contract's refusal for the present state */
export function after(transition: Transition, status: VersionStatus): VersionStatus {
  const outcome = transitions[transition][status];
  if ('refusal' in outcome) throw new ApiError(outcome.refusal);
  return outcome.to;
}
