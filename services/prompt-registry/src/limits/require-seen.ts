/** Refuses what the limits of a caller's key do not allow. A caller without limits is refused nothing here. */
import { limitsOf, type Principal } from '@px0/access';
import { ApiError } from '@px0/service-kit';

/** Whether prompts of this slug exist for the caller. */
export function seesSlug(principal: Principal, slug: string): boolean {
  return limitsOf(principal)?.seesSlug(slug) ?? true;
}

/** For what changes the live version. @throws ApiError forbidden */
export function requireLiveSeen(principal: Principal): void {
  if (limitsOf(principal)?.seesLive === false) throw new ApiError('forbidden');
}

/** For what moves the tag. @throws ApiError forbidden */
export function requireTagSeen(principal: Principal, tag: string): void {
  if (limitsOf(principal)?.seesTag(tag) === false) throw new ApiError('forbidden');
}

/** For what changes or deletes a draft, which is what those get who ask for its tags. @throws ApiError forbidden */
export function requireCoveredDraft(principal: Principal, tags: readonly string[]): void {
  for (const tag of tags) requireTagSeen(principal, tag);
}
