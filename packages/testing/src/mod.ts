export { freePort } from '@px0/local-platform';
export type { CaughtUpReply } from './catching-up-client.ts';
export { chromiumArguments, chromiumBinary } from './chromium.ts';
export {
  type DemandRow,
  demandHeaders,
  demandOutcome,
  demandRows,
} from './demand-rows.ts';
export { type EventuallyOptions, eventually } from './eventually.ts';
export { ForeignContexts } from './foreign-context.ts';
export { OwnNatsCluster } from './own-nats-cluster.ts';
export {
  startOn,
  startTestPlatformWithServers,
  startTestPlatformWithStandby,
  type TestPlatform,
  type TestPlatformOptions,
  type TestPlatformWithServers,
  type TestPlatformWithStandby,
} from './own-platform.ts';
export { OwnNats, OwnPostgres, ownNats, ownPostgres } from './own-servers.ts';
export { PlayedIdentity, type PlayedUser } from './played-identity.ts';
export {
  hidingSettings,
  pgbouncerRefusal,
  type Refusal,
  refuse,
  TransactionPooler,
  through,
  withAnotherKey,
} from './played-poolers.ts';
export { PlayedProviders, type Provider, type ProviderRequest } from './played-providers.ts';
export { PlayedRedis } from './played-redis.ts';
export { type PlayedOrganization, PlayedTenancy } from './played-tenancy.ts';
export { execute, type TestBus, type TestDatabase, testBus, testDatabase } from './run-servers.ts';
export {
  type Bearer,
  type OwnerParts,
  type OwnerStores,
  type OwnerUnderTest,
  openOwner,
  RunningOwner,
} from './running-owner.ts';
export { type Interference, type Link, TcpProxy } from './tcp-proxy.ts';
export { folderOfBlock, temporaryFolder } from './temporary-folder.ts';
export { startTestPlatform } from './test-platform.ts';
export { whenReady } from './when-ready.ts';
export { withPostgres } from './with-postgres.ts';
