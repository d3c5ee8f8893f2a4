export { ListOwnOrganizations } from './list-own-organizations.ts';
export { ListOwnTeams } from './list-own-teams.ts';
export { belongingRoutes } from './routes.ts';
