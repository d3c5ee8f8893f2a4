export type { AuditAction } from './audit-action.ts';
export { type AuditNote, Change, type EventWriter } from './change.ts';
export { Changes, type TransactionalOutbox } from './changes.ts';
