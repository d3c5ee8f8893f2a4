/** The prompts of several teams as one list that loads page by page. */
import type { Wire } from '@px0/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { PromptSearch } from './list-search.ts';
import { promptPages } from './prompt-pages.ts';

export interface TeamPrompts {
  readonly teamId: string;
  readonly prompts: readonly Wire<'Prompt'>[];
}

/** Fills a screen. With fewer prompts, the next page loads without scrolling. */
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
