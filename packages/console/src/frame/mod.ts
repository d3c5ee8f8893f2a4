/** The base of all pages: the root route, the parent route of the pages behind the login, and placeholders for a page. */

export { pageTexts } from './page-texts.ts';
export { rootRoute } from './root-route.tsx';
export { PageFailure, RouteFailure } from './route-failure.tsx';
export { shellRoute } from './shell-route.tsx';
export { PageSkeleton } from './skeletons.tsx';
