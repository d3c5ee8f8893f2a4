/** The state machine of versions, as a table: draft, stable, live, archived, and what each operation makes of them. */
import type { ErrorCode } from './errors.ts';
import type { VersionStatus } from './events/mod.ts';

export type Transition = 'promote' | 'demote' | 'archive';

type Outcome = { readonly to: VersionStatus } | { readonly refusal: ErrorCode };

/** What a transition makes of a version in each state, or why it is refused. */
export const versionTransitions: { readonly [T in Transition]: { readonly [S in VersionStatus]: Outcome } } =
  {
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
