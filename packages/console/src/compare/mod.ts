/** The page that compares two versions of a prompt. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../frame/mod.ts';
import { openPrompt, PromptSkeleton, payloadsReading, versionsReading } from '../prompts/mod.ts';
import { compareSearch } from './compare-search.ts';

const compareRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/prompts/$promptId/compare',
  validateSearch: compareSearch,
  loader: ({ context: { queryClient }, params: { promptId }, preload }) =>
    Promise.all([
      openPrompt(queryClient, promptId, preload),
      queryClient.ensureQueryData(versionsReading(promptId)),
      queryClient.ensureQueryData(payloadsReading(promptId)),
    ]),
  component: lazyRouteComponent(() => import('./compare-page.tsx'), 'ComparePage'),
  pendingComponent: PromptSkeleton,
});

export const compareRoutes = [compareRoute] as const;
