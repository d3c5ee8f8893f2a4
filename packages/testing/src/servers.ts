/** The part of the harness that needs no test runner: benchmarks use it, too. */
export { ForeignContexts } from './foreign-context.ts';
export { OwnNats, ownNats } from './own-servers.ts';
export { PlayedIdentity } from './played-identity.ts';
