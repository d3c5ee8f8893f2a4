export {
  type Actor,
  type AuditNote,
  actorOf,
  authorColumn,
  authorOf,
  personBehind,
  systemActor,
} from './audit.ts';
export { type Authoring, requireAuthoringOn } from './authoring.ts';
export type { Change, Changes } from './change.ts';
export { type Policies, requirePoliciesOn } from './policies-switch.ts';
export {
  bodyOf,
  inputSchemaOf,
  inputSchemaText,
  type ProgramColumns,
  programOf,
  type SchemaColumns,
} from './program.ts';
export { rules } from './rules.ts';
