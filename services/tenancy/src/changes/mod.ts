export type { AuditAction } from './audit-action.ts';
export type { AuditNote, Change, Changes, OwnEntity } from './change.ts';
export { membershipId, rules } from './rules.ts';
