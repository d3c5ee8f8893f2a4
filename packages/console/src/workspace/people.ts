/**
 * The people in an organization. The API lists them page by page and cannot look up an address, so this reads pages until it has found what
 * the caller needs.
 */
import type { Wire } from '@px0/contracts';
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { api } from '../api/mod.ts';

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

/** The most people to read for names. A log may mention people who have left, who are never found. */
const MOST_FOR_NAMES = 1_000;

export interface Addresses {
  /** Undefined for a person who is not in the organization, or not found yet. */
  readonly addressOf: (id: string | null) => string | undefined;
  /** Whether all people were read: a person without an address is then not in the organization. */
  readonly isWhole: boolean;
}

/** The email addresses of the people in a log. */
export function useAddresses(orgId: string | undefined, ids: readonly (string | null)[]): Addresses {
  const { known, isWhole } = usePeople(orgId, (people) => {
    if (people.length >= MOST_FOR_NAMES) return true;
    const here = new Set(people.map(({ id }) => id));
    return ids.every((id) => id === null || here.has(id));
  });
  const addresses = useMemo(() => new Map(known.map(({ id, email }) => [id, email])), [known]);
  return { addressOf: (id) => (id === null ? undefined : addresses.get(id)), isWhole };
}
