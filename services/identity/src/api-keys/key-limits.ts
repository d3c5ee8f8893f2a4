/** Validates the limits of a new key. */
import type { BodyOf, routes } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import type { KeyLimits } from '../changes/mod.ts';

/** As a client sends them, the types checked: any field may be absent. */
export type WishedLimits = NonNullable<BodyOf<typeof routes.createAPIKey>['limits']>;

const MOST_PATTERNS = 20;
const MOST_CHARACTERS = 255;

/** Limits that limit nothing, or leave nothing to see, are mistakes. @throws ApiError invalidLimits */
export function requireLimits(wished: WishedLimits | undefined): KeyLimits | undefined {
  if (wished === undefined) return undefined;
  const { slugs, refs } = wished;
  if (slugs === undefined && refs === undefined) throw invalid('limits: must have slugs or refs');
  if (slugs !== undefined) {
    if (slugs.length === 0 || slugs.length > MOST_PATTERNS)
      throw invalid(`limits.slugs: must have 1 to ${MOST_PATTERNS} items`);
    requirePatterns('limits.slugs', slugs);
  }
  return {
    ...(slugs === undefined ? {} : { slugs: [...slugs] }),
    ...(refs === undefined ? {} : { refs: requireRefs(refs) }),
  };
}

function requireRefs({
  live,
  tags,
}: Partial<NonNullable<WishedLimits['refs']>>): NonNullable<KeyLimits['refs']> {
  if (live === undefined) throw invalid('limits.refs.live: is required');
  if (tags === undefined) throw invalid('limits.refs.tags: is required');
  if (tags.length > MOST_PATTERNS)
    throw invalid(`limits.refs.tags: must have at most ${MOST_PATTERNS} items`);
  requirePatterns('limits.refs.tags', tags);
  if (!live && tags.length === 0) throw invalid('limits.refs: must have live or a tag');
  return { live, tags: [...tags] };
}

function requirePatterns(place: string, patterns: readonly string[]): void {
  const index = patterns.findIndex(({ length }) => length === 0 || length > MOST_CHARACTERS);
  if (index !== -1) throw invalid(`${place}.${index}: must have 1 to ${MOST_CHARACTERS} characters`);
}

function invalid(detail: string): ApiError {
  return new ApiError('invalidLimits', { detail });
}
