/** The people in an organization: page by page for choices among them, and by their IDs for the names in logs. */
import type { Wire } from '@px0/contracts';
import { infiniteQueryOptions, useInfiniteQuery, useQueries } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { api, reading } from '../api/mod.ts';

type User = Wire<'User'>;

export interface People {
  /** The people read so far. */
  readonly known: readonly User[];
  /** Whether all people have been read. */
  readonly isWhole: boolean;
  /** Why reading stopped. */
  readonly error: Error | null;
}

/** The largest page that the API allows. */
const PER_PAGE = 100;

function peoplePages(orgId: string) {
  return infiniteQueryOptions({
    queryKey: ['listOrgPeople', { orgID: orgId }, 'pages'] as const,
    queryFn: ({ pageParam, signal }) =>
      api.call('listOrgPeople', {
        params: { orgID: orgId },
        query: { page: pageParam, limit: PER_PAGE },
        signal,
      }),
    initialPageParam: 1,
    getNextPageParam: ({ page, limit, total }) => (page * limit < total ? page + 1 : undefined),
  });
}

/** Reads people until `isEnough`, which it calls after each page. Without an organization it reads none. */
export function usePeople(orgId: string | undefined, isEnough: (known: readonly User[]) => boolean): People {
  const { data, error, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery({
    ...peoplePages(orgId ?? ''),
    enabled: orgId !== undefined,
  });
  const known = useMemo(() => data?.pages.flatMap(({ people }) => people) ?? [], [data]);
  const wantsMore = hasNextPage && !isFetching && error === null && !isEnough(known);
  useEffect(() => {
    if (wantsMore) void fetchNextPage();
  }, [wantsMore, fetchNextPage]);
  return { known, isWhole: orgId === undefined || (data !== undefined && !hasNextPage), error };
}

/** What the API looks up at once. */
const PER_LOOKUP = 100;

export interface Addresses {
  /** Undefined for a person whom the organization does not know, or not found yet. */
  readonly addressOf: (id: string | null) => string | undefined;
  /** Whether all of them were looked up: a person without an address is then gone, or not for the user to know. */
  readonly isWhole: boolean;
}

function lookupsOf(ids: readonly (string | null)[]): readonly string[] {
  const wanted = [...new Set(ids)].filter((id) => id !== null).toSorted();
  return Array.from({ length: Math.ceil(wanted.length / PER_LOOKUP) }, (_, index) =>
    wanted.slice(index * PER_LOOKUP, (index + 1) * PER_LOOKUP).join(','),
  );
}

function lookup(orgId: string, ids: string) {
  return { params: { orgID: orgId }, query: { ids, limit: PER_LOOKUP } };
}

/** The email addresses of people by their IDs, for a file: as `useAddresses`, all at once. */
export async function readAddresses(
  orgId: string,
  ids: readonly (string | null)[],
): Promise<ReadonlyMap<string, string>> {
  const addresses = new Map<string, string>();
  for (const some of lookupsOf(ids)) {
    const { people } = await api.call('listOrgPeople', lookup(orgId, some));
    for (const { id, email } of people) addresses.set(id, email);
  }
  return addresses;
}

/** The email addresses of the people in a log. For organization admins also of those who are not in the organization any more. */
export function useAddresses(orgId: string | undefined, ids: readonly (string | null)[]): Addresses {
  const found = useQueries({
    queries: lookupsOf(ids).map((some) => ({
      ...reading('listOrgPeople', lookup(orgId ?? '', some)),
      enabled: orgId !== undefined,
      // Names change rarely, and a log that grows asks for others.
      staleTime: 60_000,
    })),
  });
  const addresses = new Map(
    found.flatMap(({ data }) => data?.people.map(({ id, email }) => [id, email] as const) ?? []),
  );
  return {
    addressOf: (id) => (id === null ? undefined : addresses.get(id)),
    isWhole: orgId === undefined || found.every(({ isFetched }) => isFetched),
  };
}
