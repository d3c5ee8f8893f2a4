export { createWithDefaultTeam, Organizations } from './organizations.ts';
export { organizationRoutes } from './routes.ts';
