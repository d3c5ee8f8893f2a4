/** Joins the routes that the features declare. The shell gets its component here, since its sidebar knows every feature. */
import { createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { accountRoutes, entranceRoutes } from '../account/mod.ts';
import { auditRoutes } from '../audit/mod.ts';
import { compareRoutes } from '../compare/mod.ts';
import { editorRoutes } from '../editor/mod.ts';
import { RouteFailure, rootRoute, shellRoute } from '../frame/mod.ts';
import { governanceRoutes } from '../governance/mod.ts';
import { promptRoutes } from '../prompts/mod.ts';
import { requestRoutes } from '../requests/mod.ts';
import { usageRoutes } from '../usage/mod.ts';
import { queryClient } from './query-client.ts';

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/prompts' });
  },
});

shellRoute.update({
  component: lazyRouteComponent(() => import('./shell.tsx'), 'Shell'),
});

const routeTree = rootRoute.addChildren([
  homeRoute,
  ...entranceRoutes,
  shellRoute.addChildren([
    ...promptRoutes,
    ...editorRoutes,
    ...compareRoutes,
    ...requestRoutes,
    ...usageRoutes,
    ...governanceRoutes,
    ...auditRoutes,
    ...accountRoutes,
  ]),
]);

function newRouter() {
  return createRouter({
    routeTree,
    context: { queryClient },
    defaultPreload: 'intent',
    // The query cache knows what is stale; the router only triggers loading.
    defaultPreloadStaleTime: 0,
    defaultPendingMs: 150,
    defaultPendingMinMs: 200,
    defaultErrorComponent: RouteFailure,
    scrollRestoration: true,
  });
}

let made: Router | undefined;

/** The router of this page. Making it takes a phone as long as everything else that runs before it, so it is not made while modules load. */
export function router(): Router {
  made ??= newRouter();
  return made;
}

type Router = ReturnType<typeof newRouter>;

declare module '@tanstack/react-router' {
  interface Register {
    router: Router;
  }
}
