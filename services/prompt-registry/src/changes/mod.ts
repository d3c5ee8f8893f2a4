export { type Actor, type AuditNote, actorOf, authorColumn, authorOf, systemActor } from './audit.ts';
export type { Change, Changes } from './change.ts';
export { type ProgramColumns, programOf } from './program.ts';
export { rules } from './rules.ts';
