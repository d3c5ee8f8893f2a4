/** The cache of what was read. Everything in it belongs to one session, and goes when that one ends. */
import { QueryClient } from '@tanstack/react-query';
import { ApiError } from '../api/mod.ts';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Going back and forth between pages asks nothing twice; a return to the tab asks again for what is shown.
      staleTime: 15_000,
      // What the API has refused it refuses again; an outage may pass.
      retry: (failures, error) => failures < 3 && (!(error instanceof ApiError) || error.isPassing),
      retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 4_000),
    },
  },
});
