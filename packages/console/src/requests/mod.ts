/** The page of a change request: what would change, who reviewed it, and what it still lacks. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../frame/mod.ts';
import { requestReading } from '../review/mod.ts';
import { enterTeam } from '../workspace/mod.ts';

const requestRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/requests/$requestId',
  loader: async ({ context: { queryClient }, params: { requestId }, preload }) => {
    const { change_request: request } = await queryClient.ensureQueryData(requestReading(requestId));
    if (!preload) await enterTeam(queryClient, request.team_id);
  },
  component: lazyRouteComponent(() => import('./request-page.tsx'), 'RequestPage'),
});

export const requestRoutes = [requestRoute] as const;
