export { CreateOrganization } from './create-organization.ts';
export { createWithDefaultTeam } from './default-team.ts';
export { DeleteOrganization } from './delete-organization.ts';
export { RenameOrganization } from './rename-organization.ts';
export { organizationRoutes } from './routes.ts';
