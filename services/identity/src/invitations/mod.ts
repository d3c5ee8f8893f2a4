export { invitationMailRoutes } from './routes.ts';
