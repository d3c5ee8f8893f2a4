/** The usage of the teams that are shown, as queries. The route's loader and the page share them. */
import type { QueryClient } from '@tanstack/react-query';
import { ahead, reading } from '../api/mod.ts';
import { loadWorkspace } from '../workspace/mod.ts';
import type { UsageSearch } from './usage-search.ts';

/** Of the page without a choice. */
const DEFAULT_DAYS = '30';

/** Each team is a request. */
export const MOST_TEAMS = 50;

export function teamUsageReading(teamId: string, { days }: UsageSearch) {
  return reading('getTeamUsage', { params: { teamID: teamId }, query: { days: days ?? DEFAULT_DAYS } });
}

export function shownTeams<Team extends { readonly id: string }>(
  teams: readonly Team[],
  search: UsageSearch,
): readonly Team[] {
  const chosen = teams.find(({ id }) => id === search.team);
  return chosen === undefined ? teams.slice(0, MOST_TEAMS) : [chosen];
}

export async function loadUsage(queryClient: QueryClient, search: UsageSearch): Promise<void> {
  const teams = shownTeams((await loadWorkspace(queryClient)).myTeams, search);
  await Promise.all(
    teams.map(({ id }) => queryClient.prefetchQuery({ ...teamUsageReading(id, search), ...ahead })),
  );
}
