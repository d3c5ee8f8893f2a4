export { type Actor, systemActor } from './actor.ts';
export type { AuditNote, Change, Changes, OwnEntity } from './change.ts';
export { allKeys, type KeyLimits, type KeyTables, narrowKeys, tablesOf, wideKeys } from './key-tables.ts';
export { rules } from './rules.ts';
