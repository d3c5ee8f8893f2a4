/**
 * The people of an organization. The API shows them page by page and cannot be asked for one by address, so pages are read until what a
 * caller needs is among them, and no further.
 */
import type { Wire } from '@px0/contracts';
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { api } from '../api/mod.ts';

type User = Wire<'User'>;

export interface People {
  /** Those who have been read. */
  readonly known: readonly User[];
  /** Nobody is missing among them. */
  readonly isWhole: boolean;
  /** Why no more were read. */
  readonly error: Error | null;
}

/** The most that a page may hold. */
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

/** Without an organization nobody is known. `isEnough` is asked again after each page. */
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

/** Names are looked for among so many people at the most: a log speaks of those who have left, too. */
const MOST_FOR_NAMES = 1_000;

export interface Addresses {
  /** Undefined for somebody who is not in the organization, or has not been found yet. */
  readonly addressOf: (id: string | null) => string | undefined;
  /** Everybody was looked at: who has no address is not in the organization. */
  readonly isWhole: boolean;
}

/** The e-mail addresses of those whom a log speaks of. */
export function useAddresses(orgId: string | undefined, ids: readonly (string | null)[]): Addresses {
  const { known, isWhole } = usePeople(orgId, (people) => {
    if (people.length >= MOST_FOR_NAMES) return true;
    const here = new Set(people.map(({ id }) => id));
    return ids.every((id) => id === null || here.has(id));
  });
  const addresses = useMemo(() => new Map(known.map(({ id, email }) => [id, email])), [known]);
  return { addressOf: (id) => (id === null ? undefined : addresses.get(id)), isWhole };
}
