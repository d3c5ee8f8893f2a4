/** The model that proves the client's rules, for tests: of this package, and of servers that take the model's place. */

export { ModelServer } from './model-server.ts';
export { type ModelOptions, runModel, type Step } from './run.ts';
export type { Server, ServerConnection } from './server.ts';
export { stepsOf } from './steps.ts';
export {
  type Content,
  contentOf,
  deliveredOf,
  type PromptFact,
  revisionAt,
  sequenceOf,
  sequenceOfRevision,
  type View,
  viewAt,
  World,
  type WorldEvent,
} from './world.ts';
