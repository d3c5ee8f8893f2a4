export { type Actor, type AuditNote, actorOf, systemActor } from './audit.ts';
export type { Change, Changes } from './change.ts';
export { rules } from './rules.ts';
