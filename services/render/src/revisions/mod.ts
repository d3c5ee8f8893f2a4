export { errorOf, Freshness } from './freshness.ts';
export { ProjectionRevisions } from './projection-revisions.ts';
export type { RevisionJudgement, Revisions } from './revisions.ts';
