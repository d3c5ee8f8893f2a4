/**
 * Where a user with several organizations lands in a browser that remembers none: in the first organization in which they can read prompts.
 * Everybody begins with an organization of their own, which stays empty for those who were added to a colleague's team.
 */
import { queryOptions } from '@tanstack/react-query';
import { api } from '../api/mod.ts';
import { firstWithPrompts, type PlacedTeam } from './first-with-prompts.ts';

export function landing(organizations: readonly { readonly id: string }[], teams: readonly PlacedTeam[]) {
  return queryOptions({
    queryKey: ['landing'] as const,
    queryFn: () => firstWithPrompts(organizations, teams, hasPrompts),
    staleTime: 'static',
  });
}

async function hasPrompts(teamId: string): Promise<boolean> {
  try {
    const query = { status: 'active', limit: 1 };
    const { prompts } = await api.call('listPrompts', { params: { teamID: teamId }, query });
    return prompts.length > 0;
  } catch {
    // Where to land is not worth an error.
    return false;
  }
}
