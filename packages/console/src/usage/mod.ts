/** How often the prompts of an organization and its teams are rendered. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../frame/mod.ts';
import { loadUsage } from './readings.ts';
import { usageSearch } from './usage-search.ts';

const usageRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/usage',
  validateSearch: usageSearch,
  loader: ({ context: { queryClient }, location: { search }, cause }) =>
    cause === 'stay' ? undefined : loadUsage(queryClient, usageSearch(search)),
  component: lazyRouteComponent(() => import('./usage-page.tsx'), 'UsagePage'),
});

export const usageRoutes = [usageRoute] as const;
