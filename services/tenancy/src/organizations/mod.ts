export { createWithDefaultTeam } from './default-team.ts';
export { organizationRoutes } from './routes.ts';
