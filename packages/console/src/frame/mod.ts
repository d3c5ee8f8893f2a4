/** What every page hangs on: the root route, the route of the pages behind the login, and what stands in for a page. */
export { rootRoute } from './root-route.tsx';
export { RouteFailure } from './route-failure.tsx';
export { shellRoute } from './shell-route.tsx';
export { PageSkeleton } from './skeletons.tsx';
