/** Checks a caller against the role matrix, given a prompt's row. */
import { type AccessProjection, type Action, type Principal, requireAllowedOn } from '@px0/access';
import { ApiError } from '@px0/service-kit';
import { seesSlug } from '../limits/mod.ts';
import type { PromptRow } from './prompt-row.ts';

/**
 * The prompt, on which the caller may do `action`. A prompt that does not exist, or that the limits of a key leave out, is refused as one that the caller cannot see: the matrix
 * is never asked about no team at all, which keys of a whole organization would pass.
 *
 * @throws ApiError promptNotFound, and the refusal that the role matrix names
 */
export function allowedPrompt(
  access: AccessProjection,
  principal: Principal,
  action: Action,
  prompt: PromptRow | undefined,
): PromptRow {
  if (prompt === undefined || !seesSlug(principal, prompt.slug)) throw new ApiError('promptNotFound');
  requireAllowedOn(access, principal, action, { teamId: prompt.teamId });
  return prompt;
}
