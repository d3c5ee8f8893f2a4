/** Reads of the API as queries. The key is the operation with its arguments, so a write can invalidate all readings of an operation. */
import type { OperationId } from '@px0/contracts';
import { infiniteQueryOptions, type QueryClient, queryOptions } from '@tanstack/react-query';
import type { CallArguments, CallOptions, Reply } from './client.ts';
import { api } from './instances.ts';

/** For `useQuery`, `useSuspenseQuery` and `queryClient.ensureQueryData`. */
export function reading<Id extends OperationId>(id: Id, ...[options]: CallArguments<Id>) {
  return queryOptions({
    queryKey: [id, options?.params ?? {}, options?.query ?? {}] as const,
    queryFn: ({ signal }): Promise<Reply<Id>> =>
      // The arguments are those that were checked above, with the query's own signal.
      api.call<Id>(id, ...([{ ...options, signal }] as unknown as CallArguments<Id>)),
  });
}

interface Paged {
  readonly next_cursor?: string;
}

/** Pages that are joined by a cursor. */
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
 * How a loader asks for what its page shows first, so that the page is drawn once: what the cache has is enough, the page itself asks for newer; and what fails
 * is left to the page, which asks again and says so.
 */
export const ahead = { staleTime: 'static', retry: false } as const;

/** Reads of these operations are out of date, whatever their arguments; those on the screen are asked for again. */
export async function outdated(queryClient: QueryClient, ...ids: readonly OperationId[]): Promise<void> {
  await Promise.all(ids.map((id) => queryClient.invalidateQueries({ queryKey: [id] })));
}
