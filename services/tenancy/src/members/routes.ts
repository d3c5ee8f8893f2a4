/** Memberships over HTTP. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import { DEFAULT_LIMIT, positiveInteger } from '@px0/owner';
import type { Handlers } from '@px0/service-kit';
import { callerOf } from '../authority/mod.ts';
import type { AddMember } from './add-member.ts';
import type { ChangeRole } from './change-role.ts';
import type { LeaveTeam } from './leave-team.ts';
import type { ListMembers } from './list-members.ts';
import type { RemoveMember } from './remove-member.ts';
import type { RemovePerson } from './remove-person.ts';
import type { MemberRow } from './store.ts';

export interface MemberCommands {
  readonly list: ListMembers;
  readonly add: AddMember;
  readonly remove: RemoveMember;
  readonly changeRole: ChangeRole;
  readonly leave: LeaveTeam;
  readonly removePerson: RemovePerson;
}

export function memberRoutes(members: MemberCommands) {
  return {
    listTeamMembers: async ({ principal, params, query }) => {
      const request = { page: positiveInteger(query.page, 1), limit: DEFAULT_LIMIT };
      const { items, page, limit, total } = await members.list.run(callerOf(principal), params.id, request);
      return { members: items.map(memberOnWire), page, limit, total };
    },
    addTeamMember: async ({ principal, params, body }) => {
      await members.add.run(callerOf(principal), params.id, body);
      return undefined;
    },
    removeTeamMember: async ({ principal, params }) => {
      await members.remove.run(callerOf(principal), params.id, params.userID);
      return undefined;
    },
    updateTeamMemberRole: async ({ principal, params, body }) => {
      await members.changeRole.run(callerOf(principal), params.id, params.userID, body);
      return { message: 'role updated successfully' };
    },
    leaveTeam: async ({ principal, params }) => {
      await members.leave.run(callerOf(principal), params.teamID);
      return undefined;
    },
    removeOrgMember: async ({ principal, params }) => {
      await members.removePerson.run(callerOf(principal), params.orgID, params.userID);
      return undefined;
    },
  } satisfies Handlers<Principal>;
}

function memberOnWire({ userId, email, role, createdAt }: MemberRow): Wire<'TeamMemberResponse'> {
  return { user_id: userId, email, role, created_at: createdAt.toISOString() };
}
