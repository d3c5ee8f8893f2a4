/** The query for the prompts of several teams, in one order. */
import type { Wire } from '@px0/contracts';
import { infiniteQueryOptions, type QueryClient } from '@tanstack/react-query';
import { ahead, api } from '../api/mod.ts';
import { enterTeam, loadWorkspace } from '../workspace/mod.ts';
import { foldersReading } from './data/readings.ts';
import { listQuery, type PromptSearch } from './list-search.ts';

/** The teams whose folders are shown at once. */
export const MOST_TREES = 10;

/** The teams whose prompts the API lists at once. */
export const MOST_LISTED = 100;

interface PageOfPrompts {
  readonly prompts: readonly Wire<'Prompt'>[];
  readonly next_cursor?: string;
}

export function promptPages(teamIds: readonly string[], search: PromptSearch) {
  const query = { ...listQuery(search), teams: teamIds.slice(0, MOST_LISTED).join(',') };
  return infiniteQueryOptions({
    // Writes mark the lists of prompts as outdated by the name of this operation.
    queryKey: ['listPrompts', teamIds, query, 'pages'] as const,
    queryFn: ({ pageParam, signal }): Promise<PageOfPrompts> =>
      api.call('listAllPrompts', { query: { ...query, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor,
    enabled: teamIds.length > 0,
    placeholderData: (before) => before,
  });
}

/** Loads the first page of the list, of the organization that the filter belongs to. */
export async function loadPrompts(
  queryClient: QueryClient,
  search: PromptSearch,
  isAhead: boolean,
): Promise<void> {
  if (search.team !== undefined && !isAhead) await enterTeam(queryClient, search.team);
  const teamIds = shownTeams((await loadWorkspace(queryClient)).myTeams, search).map(({ id }) => id);
  if (teamIds.length === 0) return;
  await Promise.all([
    queryClient.prefetchInfiniteQuery({ ...promptPages(teamIds, search), ...ahead }),
    ...teamIds
      .slice(0, MOST_TREES)
      .map((teamId) => queryClient.prefetchQuery({ ...foldersReading(teamId), ...ahead })),
  ]);
}

/** The team of the filter, or all teams. */
export function shownTeams<Team extends { readonly id: string }>(
  teams: readonly Team[],
  search: PromptSearch,
): readonly Team[] {
  const chosen = teams.find(({ id }) => id === search.team);
  return chosen === undefined ? teams : [chosen];
}
