/** The prompts of several teams as one list that loads page by page. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { PromptSearch } from './list-search.ts';
import { promptPages } from './prompt-pages.ts';

export function usePromptPages(teamIds: readonly string[], search: PromptSearch) {
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, ...query } = useInfiniteQuery(
    promptPages(teamIds, search),
  );
  const prompts = useMemo(() => data?.pages.flatMap((page) => page.prompts) ?? [], [data]);
  return {
    prompts,
    isPending: query.isPending,
    isStale: query.isPlaceholderData,
    error,
    refetch: query.refetch,
    hasMore: hasNextPage,
    isFetchingMore: isFetchingNextPage,
    more: () => void fetchNextPage(),
  };
}
