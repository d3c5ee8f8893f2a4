/** The part of the harness that needs no test runner: benchmarks use it, too. */
export { chromiumArguments, chromiumBinary } from './chromium.ts';
export { eventually } from './eventually.ts';
export { ForeignContexts } from './foreign-context.ts';
export { OwnNatsCluster } from './own-nats-cluster.ts';
export {
  startTestPlatformOnClusters,
  startTestPlatformWithServers,
  type TestPlatform,
  type TestPlatformOnClusters,
  type TestPlatformWithServers,
} from './own-platform.ts';
export { OwnNats, OwnPostgres, ownNats, ownPostgres } from './own-servers.ts';
export { PlayedIdentity } from './played-identity.ts';
export { PlayedTenancy } from './played-tenancy.ts';
export { type Link, TcpProxy } from './tcp-proxy.ts';
export { temporaryFolder } from './temporary-folder.ts';
export { withPostgres } from './with-postgres.ts';
