/** State over NATS JetStream, for those who read it. The public face of `@px0/event-bus`. */
export { type ConsistencyOptions, consistency } from './edge/consistency.ts';
export type { Context } from './projection/completeness.ts';
export type { FollowedState } from './projection/followed-state.ts';
export type { ProjectionView } from './projection/held-state.ts';
export { Projection } from './projection/projection.ts';
export { observeProjection } from './projection/projection-metrics.ts';
export { answerFrom, type Demand, demandOf, GATEWAY_TOKEN, revisionHeaders } from './revisions/demand.ts';
export {
  compareEpochs,
  compareTokens,
  decodeToken,
  encodeToken,
  type RevisionToken,
} from './revisions/token.ts';
export { Bus, connectBus } from './stream/bus.ts';
export { connectConfigured, type StreamConfiguration } from './stream/connect-configured.ts';
export { EventTooLargeError } from './stream/errors.ts';
export { Names } from './stream/names.ts';
export {
  type BusUser,
  busUsers,
  inboxPrefixOf,
  type Permissions,
  permissionsOf,
} from './stream/permissions.ts';
export { UsageConsumer, type UsageConsumerOptions } from './usage/usage-consumer.ts';
export { publishUsage, type UsageCounts, UsagePublisher, type UsageSource } from './usage/usage-publisher.ts';
