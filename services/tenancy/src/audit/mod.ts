export { Audit } from './audit.ts';
export { auditRoutes } from './routes.ts';
