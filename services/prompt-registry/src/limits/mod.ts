/** What keys with limits see and may change here; what that is, `KeyLimits` says. */
export { requireCoveredDraft, requireLiveSeen, requireTagSeen, seesSlug } from './require-seen.ts';
export { seenSlugs, seenTags, seenVersions } from './seen-rows.ts';
