/** The page of a change request: what would change, who reviewed it, and what it still lacks. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../frame/mod.ts';
import { requestReading } from '../review/mod.ts';

const requestRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/requests/$requestId',
  loader: ({ context: { queryClient }, params: { requestId } }) =>
    queryClient.ensureQueryData(requestReading(requestId)),
  component: lazyRouteComponent(() => import('./request-page.tsx'), 'RequestPage'),
});

export const requestRoutes = [requestRoute] as const;
