/** Join requests and the inbox over HTTP. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import type { Handlers } from '@px0/service-kit';
import { callerOf } from '../authority/mod.ts';
import type { Changes } from '../changes/mod.ts';
import { teamOnWire } from '../teams/mod.ts';
import { CreateJoinRequest } from './create-join-request.ts';
import { ListInbox } from './list-inbox.ts';
import { ResolveJoinRequest } from './resolve-join-request.ts';
import type { InboxRow, JoinRequestRow } from './store.ts';

export interface JoinRequestDependencies {
  readonly reader: Reader;
  readonly changes: Changes;
}

export function joinRequestRoutes({ reader, changes }: JoinRequestDependencies) {
  const joinRequests = {
    create: new CreateJoinRequest(changes),
    inbox: new ListInbox(reader),
    resolve: new ResolveJoinRequest(changes),
  };
  return {
    createJoinRequest: async ({ principal, params }) =>
      requestOnWire(await joinRequests.create.run(callerOf(principal), params.id)),
    getAdminInbox: async ({ principal }) => ({
      inbox: (await joinRequests.inbox.run(callerOf(principal))).map(itemOnWire),
    }),
    resolveJoinRequest: async ({ principal, params, body }) =>
      requestOnWire(await joinRequests.resolve.run(callerOf(principal), params.id, body)),
  } satisfies Handlers<Principal>;
}

function requestOnWire(row: JoinRequestRow): Wire<'TeamJoinRequest'> {
  return {
    id: row.id,
    team_id: row.teamId,
    user_id: row.userId,
    status: row.status,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

function itemOnWire(row: InboxRow): Wire<'InboxItem'> {
  return {
    id: row.id,
    type: 'join_request',
    status: row.status,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    payload: {
      user_id: row.userId,
      user_email: row.email,
      team_id: row.teamId,
      team: teamOnWire(row.team),
    },
  };
}
