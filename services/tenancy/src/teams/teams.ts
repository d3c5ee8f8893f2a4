/** What one may do with the teams of an organization: create, list, rename, move, delete. */
import type { OrganizationId, TeamId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import {
  type Caller,
  holdOrganization,
  holdTeam,
  type LazyBody,
  orgStanding,
  requireOnOrganization,
  requireOnTeam,
  type TeamStanding,
} from '../authority/mod.ts';
import type { Change, Changes } from '../changes/mod.ts';
import type { Database } from '../database.ts';
import { join } from '../members/mod.ts';
import { requireName } from '../names/name.ts';
import {
  insertTeam,
  isTeamNameTaken,
  markTeamDeleted,
  type TeamRow,
  teamsOfOrganization,
  updateTeamRow,
} from './store.ts';

export interface TeamUpdate {
  readonly name?: string;
  readonly org_id?: OrganizationId;
}

export interface TeamsDependencies {
  readonly database: Database;
  readonly changes: Changes;
  /** Called after a team was deleted whose children remain to be removed. */
  readonly onDeleted: () => void;
}

export class Teams {
  readonly #database: Database;
  readonly #changes: Changes;
  readonly #onDeleted: () => void;

  constructor({ database, changes, onDeleted }: TeamsDependencies) {
    this.#database = database;
    this.#changes = changes;
    this.#onDeleted = onDeleted;
  }

  /**
   * Creates a team, whose admin the caller becomes as its first member.
   *
   * @throws ApiError in this order: `organizationNotFound`, `forbidden`, `invalidRequestBody`, `nameRequired`, `nameTooLong`,
   *   `teamNameTaken`
   */
  create(
    caller: Caller,
    orgId: OrganizationId,
    body: LazyBody<{ readonly name?: string }>,
  ): Promise<TeamRow> {
    return this.#changes.make(caller, async (change) => {
      requireOnOrganization(caller, 'createTeam', await holdOrganization(change.tx, orgId, caller.userId));
      const name = requireName(body().name);
      if (await isTeamNameTaken(change.tx, orgId, name)) throw new ApiError('teamNameTaken');
      const team = await insertTeam(change, { orgId, name, isDefault: false });
      await change.audit({ action: 'team.created', orgId, teamId: team.id, details: { name } });
      await join(change, team, caller.userId);
      return team;
    });
  }

  /**
   * All teams of an organization, by name.
   *
   * @throws ApiError in this order: `organizationNotFound`, `forbidden`
   */
  async list(caller: Caller, orgId: OrganizationId): Promise<TeamRow[]> {
    requireOnOrganization(caller, 'listOrgTeams', await orgStanding(this.#database, orgId, caller.userId));
    return teamsOfOrganization(this.#database, orgId);
  }

  /**
   * Renames a team, and moves it with its members and prompts when another organization is given.
   *
   * @throws ApiError in this order: `teamNotFound`, `forbidden`, `invalidRequestBody`, `nameRequired`, `nameTooLong`,
   *   `organizationNotFound`, `forbidden` (there), `teamNameTaken`, `defaultTeamCannotBeMoved`
   */
  update(caller: Caller, teamId: TeamId, body: LazyBody<TeamUpdate>): Promise<TeamRow> {
    return this.#changes.make(caller, async (change) => {
      const standing = await holdTeam(change.tx, teamId, caller.userId, peekTarget(body));
      const team = requireOnTeam(caller, 'updateTeam', standing);
      const update = body();
      const name = requireName(update.name);
      const orgId = update.org_id ?? team.orgId;
      if (orgId !== team.orgId) {
        const target = await orgStanding(change.tx, orgId, caller.userId);
        requireOnOrganization(caller, 'moveTeamIntoOrg', target);
      }
      if (await isTeamNameTaken(change.tx, orgId, name, teamId)) throw new ApiError('teamNameTaken');
      if (orgId !== team.orgId && team.isDefault) throw new ApiError('defaultTeamCannotBeMoved');
      if (orgId === team.orgId && name === team.name) return team;
      const updated = await updateTeamRow(change, teamId, { orgId, name });
      await auditUpdate(change, team, updated);
      return updated;
    });
  }

  /**
   * Deletes a team with its memberships and join requests; other services drop what was theirs below it.
   *
   * @throws ApiError in this order: `teamNotFound`, `forbidden`, `defaultTeamCannotBeDeleted`
   */
  async delete(caller: Caller, teamId: TeamId): Promise<void> {
    await this.#changes.make(caller, async (change) => {
      const standing = await holdTeam(change.tx, teamId, caller.userId);
      const team = requireOnTeam(caller, 'deleteTeam', standing);
      if (team.isDefault) throw new ApiError('defaultTeamCannotBeDeleted');
      await markTeamDeleted(change, teamId);
      await change.audit({ action: 'team.deleted', orgId: team.orgId, teamId, details: { name: team.name } });
    });
    this.#onDeleted();
  }
}

/**
 * The organization that a body names, before the body may be judged: both organizations must be locked together, in one order
 * for everybody, or two moves in opposite directions would wait for each other. A bad body names none, and is refused later.
 */
function peekTarget(body: LazyBody<TeamUpdate>): OrganizationId | undefined {
  try {
    return body().org_id;
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

/** A move is told to both organizations: each reads its own audit only. */
async function auditUpdate(change: Change, before: TeamStanding, after: TeamRow): Promise<void> {
  const teamId = after.id;
  if (after.name !== before.name) {
    const details = { from: before.name, to: after.name };
    await change.audit({ action: 'team.renamed', orgId: before.orgId, teamId, details });
  }
  if (after.orgId !== before.orgId) {
    const details = { from_org_id: before.orgId, to_org_id: after.orgId };
    await change.audit({ action: 'team.moved_out', orgId: before.orgId, teamId, details });
    await change.audit({ action: 'team.moved_in', orgId: after.orgId, teamId, details });
  }
}
