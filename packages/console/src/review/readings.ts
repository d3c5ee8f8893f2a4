/** What pages read of change requests, as queries. */
import { queryOptions } from '@tanstack/react-query';
import { pages, reading } from '../api/mod.ts';

export function requestReading(requestId: string) {
  return reading('getChangeRequest', { params: { id: requestId } });
}

export type RequestState = 'open' | 'applied' | 'closed' | 'obsolete';

/** The requests of a team, or of one of its prompts, the newest first. */
export function requestPages(teamId: string, promptId: string | undefined, state: RequestState) {
  return pages('listChangeRequests', {
    params: { teamID: teamId },
    query: { state, ...(promptId !== undefined && { prompt_id: promptId }) },
  });
}

/** The open requests that wait for a review by the user. */
export function waitingReading() {
  return reading('listMyChangeRequests', { query: { as: 'reviewer' } });
}

/** What would stand in the way of a change, for this user and now. */
export function obstaclesReading(
  promptId: string,
  query: {
    readonly transition: string;
    readonly version?: number | undefined;
    readonly tag?: string | undefined;
  },
) {
  return queryOptions({
    ...reading('explainPolicies', {
      params: { id: promptId },
      query: { transition: query.transition, version: query.version, tag: query.tag },
    }),
    // Somebody may have made a policy since.
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
}
