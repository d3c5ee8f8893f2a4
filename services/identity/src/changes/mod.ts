export { type Actor, systemActor } from './actor.ts';
export type { AuditNote, Change, Changes, OwnEntity } from './change.ts';
export { rules } from './rules.ts';
