/** The policies of a team, those of its organization included, and which of them are about a tag of a prompt. */
import type { Wire } from '@px0/contracts';
import { compilePatterns } from '@px0/contracts/pattern';
import { useQuery } from '@tanstack/react-query';
import { reading } from '../api/mod.ts';

export type Policy = Wire<'PromptPolicy'>;

const none: readonly Policy[] = [];

/** Without an answer there are no policies to tell of: px0 itself decides, and says so. */
export function useTeamPolicies(teamId: string | undefined): readonly Policy[] {
  const { data } = useQuery({
    ...reading('listTeamPolicies', { params: { teamID: teamId ?? '' } }),
    enabled: teamId !== undefined,
    retry: false,
  });
  return data?.policies ?? none;
}

/** Whether a policy is about a prompt. */
function isAbout(
  { match }: Pick<Policy, 'match'>,
  prompt: { readonly slug: string; readonly folder: string },
): boolean {
  if (!compilePatterns(match.slugs)(prompt.slug)) return false;
  return match.folders === undefined || compilePatterns(match.folders)(prompt.folder);
}

/** The enabled policies that protect a tag of a prompt. */
export function protectorsOf(
  policies: readonly Policy[],
  prompt: { readonly slug: string; readonly folder: string },
  tag: string,
): readonly Policy[] {
  return policies.filter(
    (policy) =>
      policy.enabled &&
      policy.match.transitions.includes('tag') &&
      compilePatterns(policy.match.tags ?? [])(tag) &&
      isAbout(policy, prompt),
  );
}

/** The enabled policies that ask for a review before a version of a prompt becomes stable or live. A rollback may be exempt. */
export function reviewersOf(
  policies: readonly Policy[],
  prompt: { readonly slug: string; readonly folder: string },
  to: 'stable' | 'live',
): readonly Policy[] {
  return policies.filter(
    (policy) =>
      policy.enabled &&
      policy.require.approvals > 0 &&
      policy.match.transitions.includes(to) &&
      isAbout(policy, prompt),
  );
}

/** Whether every one of the policies lets this person override it. Nobody overrides nothing. */
export function mayOverride(
  policies: readonly Policy[],
  person: { readonly id: string; readonly role: 'admin' | 'editor' | 'viewer' | null },
): boolean {
  return (
    policies.length > 0 &&
    policies.every(
      ({ break_glass: glass }) =>
        glass !== null &&
        (glass.roles.some((role) => role === person.role) || (glass.user_ids ?? []).includes(person.id)),
    )
  );
}
