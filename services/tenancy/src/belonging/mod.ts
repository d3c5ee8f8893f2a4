export { ListOwnOrganizations } from './list-organizations.ts';
export { ListOwnTeams } from './list-teams.ts';
export { belongingRoutes } from './routes.ts';
