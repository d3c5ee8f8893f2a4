/** What of a team an import compares a document with. */
import type { Principal } from '@px0/access';
import { patternsIn } from '@px0/assertions';
import type { TeamId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { AssertionCheck } from '../assertions/mod.ts';
import { seesSlug } from '../limits/mod.ts';
import { isBeyondJsonb } from '../payloads/mod.ts';
import type { DocumentPrompt, PromptDocument } from './document.ts';
import type { Canonical } from './plan.ts';
import { canonicalTexts, type PresentRow, presentPrompts } from './store.ts';

/** The team's prompts that share a slug or a name with one of the document. */
export function presentOf(
  reader: Reader,
  teamId: TeamId,
  { prompts }: PromptDocument,
): Promise<PresentRow[]> {
  return presentPrompts(
    reader,
    teamId,
    prompts.map(({ slug }) => slug),
    prompts.map(({ name }) => name),
  );
}

/**
 * Variables and assertions are compared in the database's spelling, in which equal values are equal texts.
 *
 * @throws ApiError invalidDocument for variables that the database cannot hold
 */
export async function canonicalOf(reader: Reader, { prompts }: PromptDocument): Promise<Canonical> {
  const variables = prompts.flatMap(({ payloads }) =>
    payloads.flatMap((payload) =>
      payload.assertions === undefined ? [payload.variables] : [payload.variables, payload.assertions],
    ),
  );
  const texts = variables.map((value) => JSON.stringify(value));
  const spellings = await canonicalTexts(reader, texts).catch((error: unknown) => {
    if (!isBeyondJsonb(error)) throw error;
    throw new ApiError('invalidDocument', {
      detail: 'variables of a payload cannot be stored',
      cause: error,
    });
  });
  const canonical = new Map(variables.map((value, index) => [value, spellings[index]]));
  return (value) => canonical.get(value) ?? JSON.stringify(value);
}

/**
 * Names are unique and never change, so a document that pairs a name with another slug cannot be satisfied.
 *
 * @param place the prompt's place in the document
 * @throws ApiError documentConflicts; promptAlreadyExists, which says no more than that the name is taken, of a prompt that the key does not see
 */
export function requireNoConflict(
  principal: Principal,
  { slug, name }: DocumentPrompt,
  place: number,
  present: readonly PresentRow[],
): void {
  const other = present.find((row) => (row.slug === slug) !== (row.name === name));
  if (other === undefined) return;
  if (!seesSlug(principal, other.slug)) throw new ApiError('promptAlreadyExists');
  throw new ApiError('documentConflicts', {
    detail: `prompts.${place}: the team has ${other.slug} with the name ${other.name}`,
  });
}

/**
 * Patterns are compiled by the thread that matches them.
 *
 * @param places of the prompts in the document that was given; default: all of them, in order
 * @throws ApiError invalidDocument, tooManyHeavyRenders
 */
export async function requirePatterns(
  check: Pick<AssertionCheck, 'patternFault'>,
  teamId: TeamId,
  { prompts }: PromptDocument,
  signal: AbortSignal,
  places?: readonly number[],
): Promise<void> {
  const patterns = prompts.flatMap(({ payloads }, index) =>
    payloads.flatMap(({ assertions = [] }, payload) =>
      patternsIn(assertions).map(({ place, pattern }) => ({
        place: `prompts.${places?.[index] ?? index}.payloads.${payload}.${place}`,
        pattern,
      })),
    ),
  );
  const fault = await check.patternFault(teamId, patterns, signal);
  if (fault !== undefined) throw new ApiError('invalidDocument', { detail: fault });
}
