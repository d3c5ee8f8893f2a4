/** Memberships over HTTP. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import type { Handlers } from '@px0/service-kit';
import { callerOf } from '../authority/mod.ts';
import { DEFAULT_LIMIT, positiveInteger } from '../paging/page.ts';
import type { Members } from './members.ts';
import type { MemberRow } from './store.ts';

export function memberRoutes(members: Members) {
  return {
    listTeamMembers: async ({ principal, params, query }) => {
      const request = { page: positiveInteger(query.page, 1), limit: DEFAULT_LIMIT };
      const { items, page, limit, total } = await members.list(callerOf(principal), params.id, request);
      return { members: items.map(onWire), page, limit, total };
    },
    addTeamMember: async ({ principal, params, body }) => {
      await members.add(callerOf(principal), params.id, body);
      return undefined;
    },
    removeTeamMember: async ({ principal, params }) => {
      await members.remove(callerOf(principal), params.id, params.userID);
      return undefined;
    },
    updateTeamMemberRole: async ({ principal, params, body }) => {
      await members.changeRole(callerOf(principal), params.id, params.userID, body);
      return { message: 'role updated successfully' };
    },
    leaveTeam: async ({ principal, params }) => {
      await members.leave(callerOf(principal), params.teamID);
      return undefined;
    },
    removeOrgMember: async ({ principal, params }) => {
      await members.removeFromOrganization(callerOf(principal), params.orgID, params.userID);
      return undefined;
    },
  } satisfies Handlers<Principal>;
}

function onWire({ userId, email, role, createdAt }: MemberRow): Wire<'TeamMemberResponse'> {
  return { user_id: userId, email, role, created_at: createdAt.toISOString() };
}
