export { rootRoute } from './root-route.tsx';
export { shellRoute } from './shell-route.tsx';
