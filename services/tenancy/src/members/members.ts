/** Who is in a team: seeing them, adding, removing, changing roles, and leaving. */
import type { Action } from '@px0/access';
import type { OrganizationId, TeamId, UserId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import {
  type Caller,
  holdOrganization,
  holdTeam,
  holdUser,
  type LazyBody,
  requireAnywhere,
  requireOnOrganization,
  requireOnTeam,
  type TeamRole,
  type TeamStanding,
  teamStanding,
} from '../authority/mod.ts';
import type { AuditAction, Change, Changes } from '../changes/mod.ts';
import type { Database } from '../database.ts';
import { type Page, type PageRequest, readPage } from '../paging/page.ts';
import { join } from './joining.ts';
import { requireOtherAdmin } from './last-admin.ts';
import {
  countMembers,
  deleteMemberships,
  findRole,
  type MemberRow,
  pageOfMembers,
  setRole,
  teamsOfMember,
} from './store.ts';

/** What a client sends when it means no user at all. */
const NIL_UUID = '00000000-0000-0000-0000-000000000000';

export interface MembersDependencies {
  readonly database: Database;
  readonly changes: Changes;
}

export class Members {
  readonly #database: Database;
  readonly #changes: Changes;

  constructor({ database, changes }: MembersDependencies) {
    this.#database = database;
    this.#changes = changes;
  }

  /**
   * A page of the team's members, the oldest membership first.
   *
   * @throws ApiError `forbidden`, for an unknown team, too
   */
  async list(caller: Caller, teamId: TeamId, page: PageRequest): Promise<Page<MemberRow>> {
    const standing = await teamStanding(this.#database, teamId, caller.userId);
    if (standing === undefined) throw new ApiError('forbidden');
    requireOnTeam(caller, 'listTeamMembers', standing);
    return readPage(
      page,
      () => countMembers(this.#database, teamId),
      (window) => pageOfMembers(this.#database, teamId, window),
    );
  }

  /**
   * Adds any user of the system to the team; a member stays as they are.
   *
   * @throws ApiError in this order: `teamNotFound`, `forbidden`, `invalidRequestBody`, `userIdRequired`, `userToAddNotFound`
   */
  async add(caller: Caller, teamId: TeamId, body: LazyBody<{ readonly user_id?: UserId }>): Promise<void> {
    await this.#changes.make(caller, async (change) => {
      const team = await heldTeam(change, caller, 'addTeamMember', teamId);
      const userId = body().user_id;
      if (userId === undefined || userId === NIL_UUID) throw new ApiError('userIdRequired');
      if (!(await holdUser(change.tx, userId))) throw new ApiError('userToAddNotFound');
      await join(change, team, userId, caller.userId);
    });
  }

  /**
   * Ends a membership. It is no error when the user is in the organization, but not in this team.
   *
   * @throws ApiError in this order: `teamNotFound`, `forbidden`, `userNotInTeamOrganization`, `defaultTeamMustKeepAdmin`
   */
  async remove(caller: Caller, teamId: TeamId, userId: UserId): Promise<void> {
    await this.#changes.make(caller, async (change) => {
      const team = await heldTeam(change, caller, 'removeTeamMember', teamId);
      const teams = await teamsOfMember(change.tx, team.orgId, userId);
      if (teams.length === 0) throw new ApiError('userNotInTeamOrganization');
      if (team.isDefault) await requireOtherAdmin(change.tx, team.orgId, userId);
      await endMemberships(change, team.orgId, userId, [teamId], 'member.removed');
    });
  }

  /**
   * Gives a member another role.
   *
   * @throws ApiError in this order: `teamNotFound`, `forbidden`, `invalidRequestBody`, `invalidRole`, `teamMemberNotFound`,
   *   `defaultTeamMustKeepAdmin`
   */
  async changeRole(
    caller: Caller,
    teamId: TeamId,
    userId: UserId,
    body: LazyBody<{ readonly role?: string }>,
  ): Promise<void> {
    await this.#changes.make(caller, async (change) => {
      const team = await heldTeam(change, caller, 'updateTeamMemberRole', teamId);
      const role = requireRole(body().role);
      const before = await findRole(change.tx, teamId, userId);
      if (before === undefined) throw new ApiError('teamMemberNotFound');
      if (before === role) return;
      if (team.isDefault) await requireOtherAdmin(change.tx, team.orgId, userId);
      await setRole(change, teamId, userId, role);
      await change.audit({
        action: 'member.role_changed',
        orgId: team.orgId,
        teamId,
        userId,
        details: { from: before, to: role },
      });
    });
  }

  /**
   * Ends the caller's own membership. A key has none of its own.
   *
   * @throws ApiError in this order: `forbidden`, `userNotTeamMember` (for an unknown team, too), `defaultTeamMustKeepAdmin`
   */
  async leave(caller: Caller, teamId: TeamId): Promise<void> {
    await this.#changes.make(caller, async (change) => {
      const team = await holdTeam(change.tx, teamId, caller.userId);
      // What the matrix says of somebody who belongs nowhere is what is to be said about a team that does not exist.
      if (team === undefined) return requireAnywhere(caller, 'leaveTeam');
      requireOnTeam(caller, 'leaveTeam', team);
      if (team.isDefault) await requireOtherAdmin(change.tx, team.orgId, caller.userId);
      await endMemberships(change, team.orgId, caller.userId, [teamId], 'member.left');
    });
  }

  /**
   * Ends all memberships of a user in an organization.
   *
   * @throws ApiError in this order: `organizationNotFound`, `forbidden`, `userNotOrganizationMember`, `defaultTeamMustKeepAdmin`
   */
  async removeFromOrganization(caller: Caller, orgId: OrganizationId, userId: UserId): Promise<void> {
    await this.#changes.make(caller, async (change) => {
      requireOnOrganization(
        caller,
        'removeOrgMember',
        await holdOrganization(change.tx, orgId, caller.userId),
      );
      const teams = await teamsOfMember(change.tx, orgId, userId);
      if (teams.length === 0) throw new ApiError('userNotOrganizationMember');
      await requireOtherAdmin(change.tx, orgId, userId);
      await endMemberships(change, orgId, userId, teams, 'member.removed');
    });
  }
}

/** Ends memberships and writes one audit entry for each. */
async function endMemberships(
  change: Change,
  orgId: OrganizationId,
  userId: UserId,
  teamIds: readonly TeamId[],
  action: AuditAction,
): Promise<void> {
  for (const teamId of await deleteMemberships(change, userId, teamIds)) {
    await change.audit({ action, orgId, teamId, userId });
  }
}

/** The team, locked, if the caller may do this to it. */
async function heldTeam(
  change: Change,
  caller: Caller,
  action: Action,
  teamId: TeamId,
): Promise<TeamStanding> {
  return requireOnTeam(caller, action, await holdTeam(change.tx, teamId, caller.userId));
}

/** @throws ApiError `invalidRole` */
function requireRole(role: string | undefined): TeamRole {
  if (role === 'admin' || role === 'editor' || role === 'viewer') return role;
  throw new ApiError('invalidRole');
}
