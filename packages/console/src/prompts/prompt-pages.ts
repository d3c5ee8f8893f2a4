/** The query for the prompts of several teams: all pages of one team, then the next team. */
import type { Wire } from '@px0/contracts';
import { infiniteQueryOptions, type QueryClient } from '@tanstack/react-query';
import { ahead, api } from '../api/mod.ts';
import { enterTeam, loadWorkspace } from '../workspace/mod.ts';
import { foldersReading } from './data/readings.ts';
import { listQuery, type PromptSearch } from './list-search.ts';

/** The teams whose folders are shown at once. */
export const MOST_TREES = 10;

interface Place {
  readonly team: number;
  readonly cursor: string | undefined;
}

interface PageOfTeam {
  readonly teamId: string;
  readonly prompts: readonly Wire<'Prompt'>[];
  readonly next: Place | undefined;
}

export function promptPages(teamIds: readonly string[], search: PromptSearch) {
  const query = listQuery(search);
  return infiniteQueryOptions({
    queryKey: ['listPrompts', teamIds, query, 'pages'] as const,
    queryFn: async ({ pageParam, signal }): Promise<PageOfTeam> => {
      const teamId = teamIds[pageParam.team] ?? '';
      const page = await api.call('listPrompts', {
        params: { teamID: teamId },
        query: { ...query, cursor: pageParam.cursor },
        signal,
      });
      return { teamId, prompts: page.prompts, next: placeAfter(teamIds, pageParam, page.next_cursor) };
    },
    initialPageParam: { team: 0, cursor: undefined } as Place,
    getNextPageParam: ({ next }) => next,
    enabled: teamIds.length > 0,
    placeholderData: (before) => before,
  });
}

function placeAfter(
  teamIds: readonly string[],
  { team }: Place,
  cursor: string | undefined,
): Place | undefined {
  if (cursor !== undefined) return { team, cursor };
  return team + 1 < teamIds.length ? { team: team + 1, cursor: undefined } : undefined;
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
