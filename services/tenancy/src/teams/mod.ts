export { teamRoutes } from './routes.ts';
export { insertTeam, type TeamRow } from './store.ts';
export { teamOnWire } from './wire.ts';
