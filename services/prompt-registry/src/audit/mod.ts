export { ReadAudit } from './read-audit.ts';
export { type AuditAction, type AuditRecord, AuditRecorder } from './recorder.ts';
export { auditRoutes } from './routes.ts';
export { AuditStore } from './store.ts';
