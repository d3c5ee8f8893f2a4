/** Events: what is published about each entity, on which subject, in which format. */
export { activitySubject, encodeActivity } from './activity.ts';
export {
  type BodyEvent,
  composeEvent,
  decodeBody,
  decodeEvent,
  type EventParts,
  encodeBody,
  encodeEvent,
  encodeState,
  type StateEvent,
  type StateEventInput,
} from './codec.ts';
export { EventInvalidError } from './event-invalid-error.ts';
export { bodyContent, type ProgramState } from './program-state.ts';
export {
  type EntityName,
  entities,
  type StateOf,
  type TagTable,
  type VersionStatus,
  type VersionTriple,
} from './states.ts';
export { bodySubject, entityOfSubject, idOfSubject, parseBodySubject, stateSubject } from './subjects.ts';
