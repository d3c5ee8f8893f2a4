import type { Context } from './completeness.ts';
import { type SameStreamRule, stillShows } from './epoch.ts';
import { PositionTracker, type Tracker } from './position-tracker.ts';

/** The guards that make a reader right. Tests replace one to show the anomaly that it prevents. */
export interface ProjectionRules {
  /** Whether a message is applied, given the revision that is held. */
  readonly admits: (held: number, incoming: number) => boolean;
  readonly sameStream: SameStreamRule;
  readonly tracker: () => Tracker;
  /** Whether a starting projection may serve. */
  readonly isReady: (facts: { readonly caughtUp: boolean; readonly missing: readonly Context[] }) => boolean;
}

export const projectionRules: ProjectionRules = {
  admits: (held, incoming) => incoming > held,
  sameStream: stillShows,
  tracker: () => new PositionTracker(),
  isReady: ({ caughtUp, missing }) => caughtUp && missing.length === 0,
};
