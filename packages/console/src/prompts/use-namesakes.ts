/** Other prompts with the same slug, in the teams of the organization that the user can read: a key may read several of them. */
import type { Wire } from '@px0/contracts';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { api } from '../api/mod.ts';
import { useWorkspace } from '../workspace/mod.ts';

/** Teams that are asked. With more, a slug may be in one that was not. */
const MOST_TEAMS = 30;
/** A search by slug also finds longer slugs. */
const MOST_FOUND = 100;

function namesakesReading(slug: string, teams: readonly Wire<'Team'>[]) {
  return queryOptions({
    queryKey: ['listPrompts', teams.map(({ id }) => id), { slug }, 'namesakes'] as const,
    queryFn: async ({ signal }) => {
      const found = await Promise.all(
        teams.map(async (team) => {
          const query = { q: slug, limit: MOST_FOUND };
          const { prompts } = await api.call('listPrompts', { params: { teamID: team.id }, query, signal });
          return prompts.some((prompt) => prompt.slug === slug) ? [team] : [];
        }),
      );
      return found.flat();
    },
  });
}

/** The teams, without the prompt's own. */
export function useNamesakes(prompt: { readonly slug: string; readonly team_id: string }) {
  const { memberships } = useWorkspace();
  const orgId = memberships.find(({ id }) => id === prompt.team_id)?.org_id;
  const others = memberships
    .filter((team) => team.org_id === orgId && team.id !== prompt.team_id)
    .slice(0, MOST_TEAMS);
  const { data } = useQuery({ ...namesakesReading(prompt.slug, others), enabled: others.length > 0 });
  return data ?? [];
}
