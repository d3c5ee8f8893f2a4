export { join } from './joining.ts';
export { promoteLongestStanding } from './last-admin.ts';
export { Members } from './members.ts';
export { memberRoutes } from './routes.ts';
export { deleteMemberships, membershipId } from './store.ts';
