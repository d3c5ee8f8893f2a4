export { join } from './joining.ts';
export { promoteLongestStanding } from './last-admin.ts';
export { ListMembers } from './list-members.ts';
export { memberRoutes } from './routes.ts';
export { deleteMemberships } from './store.ts';
