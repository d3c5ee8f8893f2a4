/** The route tree. A feature's `mod.ts` brings its routes; their pages are loaded when they are first visited. */
import { createRoute, createRouter, redirect } from '@tanstack/react-router';
import { accountRoutes, entranceRoutes } from '../account/mod.ts';
import { governanceRoutes } from '../governance/mod.ts';
import { promptRoutes } from '../prompts/mod.ts';
import { queryClient } from './query-client.ts';
import { rootRoute } from './root-route.tsx';
import { RouteFailure } from './route-failure.tsx';
import { shellRoute } from './shell-route.tsx';

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/prompts' });
  },
});

const routeTree = rootRoute.addChildren([
  homeRoute,
  ...entranceRoutes,
  shellRoute.addChildren([...promptRoutes, ...governanceRoutes, ...accountRoutes]),
]);

export const router = createRouter({
  routeTree,
  context: { queryClient },
  defaultPreload: 'intent',
  // The cache of queries knows what is stale; the router only triggers.
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 150,
  defaultPendingMinMs: 200,
  defaultErrorComponent: RouteFailure,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
