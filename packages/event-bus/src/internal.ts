/**
 * The inner parts of `@px0/event-bus`, for `@px0/owner` and for tests that replace one of them. Services import the public entry
 * point.
 */

export type {
  AppliedUpTo,
  AwaitsRights,
  PublishedWrites,
  Standing,
} from './edge/consistency.ts';
export { currentRequestScope, RequestScope, type Written } from './edge/request-scope.ts';
export * from './mod.ts';
export { AskedPosition } from './projection/asked-position.ts';
export { ALL_CONTEXTS, completeEntities, contextOf } from './projection/completeness.ts';
export {
  covers,
  declareEpoch,
  declareReturn,
  EPOCH_SUBJECT,
  type EpochMark,
  laterThan,
  viewStream,
  type WentBack,
  type Witness,
} from './projection/epoch.ts';
export { EpochFinder, type OwnerMemory } from './projection/epoch-finder.ts';
export { type NextStep, PositionTracker, type Tracker } from './projection/position-tracker.ts';
export type { ProjectionOptions } from './projection/projection.ts';
export { projectionRules } from './projection/projection-rules.ts';
export { TokenWait, type TokenWaitOutcome } from './projection/token-wait.ts';
export { Waiters } from './projection/waiters.ts';
export { compareEpochs, type Epoch } from './revisions/token.ts';
export {
  type BusOptions,
  type PublishExpectation,
  REVISION_HEADER,
  type StoredMessage,
} from './stream/bus.ts';
export { BusUnavailableError, MAX_EVENT_BYTES, WrongLastSequenceError } from './stream/errors.ts';
export { TESTED_NATS } from './stream/nats-releases.ts';
export { Signal } from './stream/signal.ts';
export {
  type Delivery,
  type OpenReader,
  type OpenStreamReader,
  pushReader,
} from './stream/stream-reader.ts';
export { ACTIVITY_DAYS } from './stream/streams.ts';
export {
  activeTraceparent,
  startProcessSpan,
  startPublishSpan,
  traceparentFor,
} from './stream/trace-context.ts';
export { SeenKeys } from './usage/seen-keys.ts';
