/** Invitations over HTTP. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import type { Handlers } from '@px0/service-kit';
import { callerOf } from '../authority/mod.ts';
import type { Changes } from '../changes/mod.ts';
import { teamOnWire } from '../teams/mod.ts';
import { AcceptInvitation } from './accept-invitation.ts';
import { CreateInvitation } from './create-invitation.ts';
import { ListInvitations } from './list-invitations.ts';
import { RevokeInvitation } from './revoke-invitation.ts';
import type { InvitationRow } from './store.ts';

export interface InvitationDependencies {
  readonly reader: Reader;
  readonly changes: Changes;
}

export function invitationRoutes({ reader, changes }: InvitationDependencies) {
  const invitations = {
    create: new CreateInvitation(changes),
    list: new ListInvitations(reader),
    revoke: new RevokeInvitation(changes),
    accept: new AcceptInvitation(changes),
  };
  return {
    createInvitation: async ({ principal, params, body }) => {
      const { invitation, code } = await invitations.create.run(callerOf(principal), params.id, body);
      return { invitation: invitationOnWire(invitation), code };
    },
    listOrgInvitations: async ({ principal, params }) => ({
      invitations: (await invitations.list.run(callerOf(principal), params.orgID)).map(invitationOnWire),
    }),
    revokeInvitation: async ({ principal, params }) => {
      await invitations.revoke.run(callerOf(principal), params.id);
      return undefined;
    },
    acceptInvitation: async ({ principal, body }) => ({
      team: teamOnWire(await invitations.accept.run(callerOf(principal), body)),
    }),
  } satisfies Handlers<Principal>;
}

function invitationOnWire(row: InvitationRow): Wire<'Invitation'> {
  return {
    id: row.id,
    org_id: row.orgId,
    team_id: row.teamId,
    email: row.email,
    role: row.role,
    created_by: row.createdBy,
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt.toISOString(),
  };
}
