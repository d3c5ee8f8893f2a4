/** Transport of the snapshots. */
import type { Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import { payloadOnWire } from '../payloads/mod.ts';
import { directBasis } from '../policies/mod.ts';
import type { AcceptSnapshot } from './accept-snapshot.ts';
import type { ReadSnapshot } from './read-snapshot.ts';

export function snapshotRoutes(accept: AcceptSnapshot, read: ReadSnapshot) {
  return {
    acceptSnapshot: async ({ principal, params, body, header, signal }) => ({
      payload: payloadOnWire(
        await accept.run(principal, params.id, params.payloadID, body, {
          basis: directBasis(header),
          signal,
        }),
      ),
    }),
    getSnapshot: async ({ principal, params, query, signal }) => ({
      ...(await read.run(principal, params.id, params.payloadID, query.version, signal)),
    }),
  } satisfies Handlers<Principal>;
}
