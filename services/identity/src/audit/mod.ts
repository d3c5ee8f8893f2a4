export { accountAuditRoutes } from './routes.ts';
