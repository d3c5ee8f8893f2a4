export { join } from './joining.ts';
export { promoteLongestStanding, requireOtherAdmin } from './last-admin.ts';
export { Members } from './members.ts';
export { memberRoutes } from './routes.ts';
export { deleteMemberships, findRole, membershipId, teamsOfMember } from './store.ts';
