/** Prompts of several teams as one list: those of the first team, page by page, then those of the next. */
import type { Wire } from '@px0/contracts';
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from '../api/mod.ts';
import { listQuery, type PromptSearch } from './list-search.ts';

interface Place {
  readonly team: number;
  readonly cursor: string | undefined;
}

interface PageOfTeam {
  readonly teamId: string;
  readonly prompts: readonly Wire<'Prompt'>[];
  readonly next: Place | undefined;
}

function promptPages(teamIds: readonly string[], search: PromptSearch) {
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

export interface TeamPrompts {
  readonly teamId: string;
  readonly prompts: readonly Wire<'Prompt'>[];
}

/** Enough to fill a screen; below that the next page is asked for without anybody scrolling. */
const SCREENFUL = 30;

export function usePromptPages(teamIds: readonly string[], search: PromptSearch) {
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, ...query } = useInfiniteQuery(
    promptPages(teamIds, search),
  );
  const pages = data?.pages ?? [];
  const count = pages.reduce((sum, { prompts }) => sum + prompts.length, 0);
  const isShort = count < SCREENFUL && error === null;
  useEffect(() => {
    if (isShort && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [isShort, hasNextPage, isFetchingNextPage, fetchNextPage]);
  const teams = [...Map.groupBy(pages, ({ teamId }) => teamId)].map(
    ([teamId, own]): TeamPrompts => ({ teamId, prompts: own.flatMap(({ prompts }) => prompts) }),
  );
  return {
    teams: teams.filter(({ prompts }) => prompts.length > 0),
    count,
    isPending: query.isPending || (count === 0 && hasNextPage),
    isStale: query.isPlaceholderData,
    error,
    refetch: query.refetch,
    hasMore: hasNextPage,
    isFetchingMore: isFetchingNextPage,
    more: () => void fetchNextPage(),
  };
}
