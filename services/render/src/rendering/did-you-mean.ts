/** Which prompt a caller may have meant who has found none. It is looked for among those that the caller may read, so that nobody learns of others. */
import type { Hint } from '@px0/contracts';
import { normaliseSlug } from '@px0/contracts/slug';
import { MOST_CANDIDATES, suggestion } from '@px0/input-contract';
import type { PromptDirectory } from '../prompts/mod.ts';
import type { Wanted } from './render-prompt.ts';

/** Slugs have at most 255 characters; a longer text is none, in whatever form. */
const MOST_CHARACTERS = 1_024;

/**
 * A prompt that has the slug in its normal form, also in another team of `readable`, all whose prompts the caller may read; or else one whose slug is nearly the same,
 * for callers of few prompts: to compare with thousands would let wrong requests keep the process busy.
 */
export function didYouMean(
  directory: PromptDirectory,
  wanted: Wanted,
  readable: readonly string[],
): Hint | undefined {
  const { slug, teamIds, limits } = wanted;
  if (slug.length > MOST_CHARACTERS) return undefined;
  const meant = normaliseSlug(slug);
  const find = (text: string, teams: Iterable<string>) =>
    limits?.seesSlug(text) === false ? undefined : directory.find(text, teams);
  const isNormal = meant === slug;
  if (!isNormal && find(meant, teamIds) !== undefined) return { 'did-you-mean': [meant] };
  const elsewhere = find(slug, readable);
  if (elsewhere !== undefined) return { 'in-team': [elsewhere.teamId] };
  const both = isNormal ? undefined : find(meant, readable);
  if (both !== undefined) return { 'did-you-mean': [meant], 'in-team': [both.teamId] };
  const near = suggestion(meant, slugsOf(directory, wanted));
  return near === undefined ? undefined : { 'did-you-mean': [near] };
}

/** None if there are many. */
function slugsOf(directory: PromptDirectory, { teamIds, limits }: Wanted): readonly string[] {
  const teams = [...teamIds];
  const count = teams.reduce((sum, teamId) => sum + directory.countIn(teamId), 0);
  if (count > MOST_CANDIDATES) return [];
  const slugs = teams.flatMap((teamId) => directory.in(teamId).map(({ slug }) => slug));
  return limits === undefined ? slugs : slugs.filter((slug) => limits.matchesSlug(slug));
}
