export { postedStates } from './posted-checks.ts';
export { externalCheckRoutes } from './routes.ts';
export { postedValue } from './store.ts';
