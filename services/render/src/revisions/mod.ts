export { Freshness } from './freshness.ts';
export { ProjectionRevisions } from './projection-revisions.ts';
export type { Revisions } from './revisions.ts';
