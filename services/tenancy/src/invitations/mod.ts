export { invitationRoutes } from './routes.ts';
export { deleteExpiredInvitations } from './store.ts';
