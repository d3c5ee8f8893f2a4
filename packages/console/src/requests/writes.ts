/** Writes to change requests. Each one also marks the readings that it changes as outdated. */
import type { OperationId } from '@px0/contracts';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, outdated, type RequestBody } from '../api/mod.ts';

const ofRequest: readonly OperationId[] = [
  'getChangeRequest',
  'listComments',
  'listChangeRequests',
  'listMyChangeRequests',
];
/** Whatever was proposed has happened. */
const ofPrompt: readonly OperationId[] = [
  ...ofRequest,
  'getPrompt',
  'listPrompts',
  'listPromptAudit',
  'listVersions',
  'getVersion',
  'listPromptPayloads',
];

export type RequestWrites = ReturnType<typeof requestWrites>;

export function useRequestWrites(id: string): RequestWrites {
  const queryClient = useQueryClient();
  return useMemo(() => requestWrites(queryClient, id), [queryClient, id]);
}

function requestWrites(queryClient: QueryClient, id: string) {
  // Also after a refusal: it tells that the request is not what the page shows.
  const changed = async <T>(ids: readonly OperationId[], write: Promise<T>): Promise<T> => {
    try {
      return await write;
    } finally {
      await outdated(queryClient, ...ids);
    }
  };
  const params = { id };
  return {
    /** With `when_ready`, a review may apply the change. */
    review: (body: RequestBody<'reviewChangeRequest'>) =>
      changed(ofPrompt, api.call('reviewChangeRequest', { params, body })),
    dismiss: (reviewID: string) =>
      changed(ofRequest, api.call('dismissReview', { params: { id, reviewID } })),
    comment: (text: string) =>
      changed(ofRequest, api.call('commentChangeRequest', { params, body: { text } })),
    apply: () => changed(ofPrompt, api.call('applyChangeRequest', { params })),
    close: (reason: string) =>
      changed(
        ofRequest,
        api.call('closeChangeRequest', { params, ...(reason !== '' && { body: { reason } }) }),
      ),
    acknowledge: () => changed(ofRequest, api.call('acknowledgeBreakGlass', { params })),
  };
}
