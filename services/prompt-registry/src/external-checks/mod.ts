export { type PostedState, type PostedStates, postedStates } from './posted-checks.ts';
export { externalCheckRoutes } from './routes.ts';
