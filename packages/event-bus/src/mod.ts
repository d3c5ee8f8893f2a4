/** State over NATS JetStream. The public face of `@px0/event-bus`. */
export {
  Bus,
  type BusOptions,
  connectBus,
  type PublishExpectation,
  type PublishRequest,
  REQUIRED_MAX_PAYLOAD,
  REVISION_HEADER,
  type StoredMessage,
  type StreamFacts,
} from './bus.ts';
export { observeProjection } from './bus-metrics.ts';
export { type CompactOptions, type CompactResult, compact } from './compact.ts';
export { ALL_CONTEXTS, type Context } from './completeness.ts';
export {
  type ConnectionRole,
  connectConfigured,
  type StreamConfiguration,
} from './connect-configured.ts';
export {
  type AppliedUpTo,
  type ConsistencyOptions,
  consistency,
  type Demand,
  demandOf,
  requiresRevision,
  revisionHeaders,
} from './consistency.ts';
export { declareEpoch, EPOCH_SUBJECT, type EpochMark, viewStream } from './epoch.ts';
export {
  BusConfigurationError,
  BusUnavailableError,
  EventTooLargeError,
  MAX_EVENT_BYTES,
  SagaFencedError,
  WrongLastSequenceError,
} from './errors.ts';
export {
  createEventCore,
  type EventCore,
  type EventCoreHealth,
  type EventCoreOptions,
  followEpochs,
  healthOf,
} from './event-core.ts';
export { Names, STREAM_KINDS, type StreamKind } from './names.ts';
export {
  Outbox,
  type OutboxHooks,
  type OutboxOptions,
  type OwnerContext,
  type Publication,
} from './outbox.ts';
export type { OwedRow } from './outbox-row.ts';
export { type BusUser, busUsers, inboxPrefixOf, type Permissions, permissionsOf } from './permissions.ts';
export {
  type Confirmation,
  Projection,
  type ProjectionOptions,
  type ProjectionRules,
  type ProjectionView,
  projectionRules,
} from './projection.ts';
export { Relay, type RelayOptions } from './relay.ts';
export { currentRequestScope, inRequestScope, RequestScope } from './request-scope.ts';
export { Saga, type SagaDefinition, type SagaOptions } from './saga.ts';
export { SeenKeys } from './seen-keys.ts';
export { SelfCheck, type SelfCheckOptions } from './self-check.ts';
export type { SqlTransaction, TransactionRunner } from './sql.ts';
export { type Delivery, type OpenStreamReader, pushReader, type ReadOptions } from './stream-reader.ts';
export {
  compareEpochs,
  compareTokens,
  decodeToken,
  type Epoch,
  encodeToken,
  type RevisionToken,
} from './token.ts';
export type { TokenWaitOutcome } from './token-wait.ts';
export {
  type UsageCounts,
  UsagePublisher,
  type UsagePublisherOptions,
  type UsageSource,
} from './usage-publisher.ts';
