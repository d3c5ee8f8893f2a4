/** The query cache. Its content belongs to one session and is cleared when the session ends. */
import { QueryClient } from '@tanstack/react-query';
import { ApiError } from '../api/mod.ts';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Moving between pages reuses the cache; returning to the tab reloads what is on screen.
      staleTime: 15_000,
      // The API would refuse again what it has refused; an outage may pass.
      retry: (failures, error) => failures < 3 && (!(error instanceof ApiError) || error.isPassing),
      retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 4_000),
    },
  },
});
