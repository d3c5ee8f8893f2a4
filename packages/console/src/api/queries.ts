/** API reads as queries. The key is the operation and its arguments, so a write can invalidate all reads of an operation. */
import type { OperationId } from '@px0/contracts';
import { infiniteQueryOptions, type QueryClient, queryOptions } from '@tanstack/react-query';
import type { CallArguments, CallOptions, Reply } from './client.ts';
import { api } from './instances.ts';

/** For `useQuery`, `useSuspenseQuery` and `queryClient.ensureQueryData`. */
export function reading<Id extends OperationId>(id: Id, ...[options]: CallArguments<Id>) {
  return queryOptions({
    queryKey: [id, options?.params ?? {}, options?.query ?? {}] as const,
    queryFn: ({ signal }): Promise<Reply<Id>> =>
      // The same arguments as above, with the query's signal.
      api.call<Id>(id, ...([{ ...options, signal }] as unknown as CallArguments<Id>)),
  });
}

interface Paged {
  readonly next_cursor?: string;
}

/** A list that is paged by cursor. */
export function pages<Id extends OperationId>(id: Id, options: CallOptions<Id>) {
  return infiniteQueryOptions({
    queryKey: [id, options.params ?? {}, options.query ?? {}, 'pages'] as const,
    queryFn: ({ pageParam, signal }): Promise<Reply<Id> & Paged> => {
      const query = { ...options.query, cursor: pageParam };
      return api.call<Id>(
        id,
        ...([{ ...options, query, signal }] as unknown as CallArguments<Id>),
      ) as Promise<Reply<Id> & Paged>;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last): string | undefined => last.next_cursor,
  });
}

/**
 * Options for a loader that prefetches what its page shows first, so that the page renders once. Cached data is enough, since the page
 * itself refetches. The page also retries a failed read and shows its error.
 */
export const ahead = { staleTime: 'static', retry: false } as const;

/** Marks all reads of these operations as outdated. Those on screen load again. */
export async function outdated(queryClient: QueryClient, ...ids: readonly OperationId[]): Promise<void> {
  await Promise.all(ids.map((id) => queryClient.invalidateQueries({ queryKey: [id] })));
}
