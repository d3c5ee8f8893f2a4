/** Memberships over HTTP. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import { DEFAULT_LIMIT, positiveInteger, type Reader } from '@px0/owner';
import type { Handlers } from '@px0/service-kit';
import { callerOf } from '../authority/mod.ts';
import type { Changes } from '../changes/mod.ts';
import { AddMember } from './add-member.ts';
import { ChangeRole } from './change-role.ts';
import { LeaveTeam } from './leave-team.ts';
import { ListMembers } from './list-members.ts';
import { RemoveMember } from './remove-member.ts';
import { RemovePerson } from './remove-person.ts';
import type { MemberRow } from './store.ts';

export interface MemberDependencies {
  readonly reader: Reader;
  readonly changes: Changes;
}

export function memberRoutes({ reader, changes }: MemberDependencies) {
  const members = {
    list: new ListMembers(reader),
    add: new AddMember(changes),
    remove: new RemoveMember(changes),
    changeRole: new ChangeRole(changes),
    leave: new LeaveTeam(changes),
    removePerson: new RemovePerson(changes),
  };
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
