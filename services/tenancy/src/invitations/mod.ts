export { invitationRoutes } from './routes.ts';
export { deleteExpiredInvitations, INVITATIONS_EXPIRED } from './store.ts';
