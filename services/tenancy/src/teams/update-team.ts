/** Renames a team, and moves it to another organization. */
import type { OrganizationId, TeamId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import {
  type Caller,
  holdTeam,
  type LazyBody,
  orgStanding,
  requireOnOrganization,
  requireOnTeam,
  type TeamStanding,
} from '../authority/mod.ts';
import type { Change, Changes } from '../changes/mod.ts';
import { requireName } from '../names/name.ts';
import { isTeamNameTaken, type TeamRow, updateTeamRow } from './store.ts';

export interface TeamUpdate {
  readonly name?: string;
  readonly org_id?: OrganizationId;
}

export class UpdateTeam {
  readonly #changes: Changes;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  /**
   * Renames a team, and moves it with its members and prompts when another organization is given.
   *
   * @throws ApiError in this order: `teamNotFound`, `forbidden`, `invalidRequestBody`, `nameRequired`, `nameTooLong`,
   *   `organizationNotFound`, `forbidden` (there), `teamNameTaken`, `defaultTeamCannotBeMoved`
   */
  run(caller: Caller, teamId: TeamId, body: LazyBody<TeamUpdate>): Promise<TeamRow> {
    return this.#changes.make(caller, async (change) => {
      const standing = await holdTeam(change, teamId, caller.userId, peekTarget(body));
      const team = requireOnTeam(caller, 'updateTeam', standing);
      const update = body();
      const name = requireName(update.name);
      const orgId = update.org_id ?? team.orgId;
      if (orgId !== team.orgId) {
        const target = await orgStanding(change, orgId, caller.userId);
        requireOnOrganization(caller, 'moveTeamIntoOrg', target);
      }
      if (await isTeamNameTaken(change, orgId, name, teamId)) throw new ApiError('teamNameTaken');
      if (orgId !== team.orgId && team.isDefault) throw new ApiError('defaultTeamCannotBeMoved');
      if (orgId === team.orgId && name === team.name) return team;
      const updated = await updateTeamRow(change, teamId, { orgId, name });
      await auditUpdate(change, team, updated);
      return updated;
    });
  }
}

/**
 * The organization that a body names, before the body may be judged: both organizations must be locked together, in one order for every
 * caller, or two moves in opposite directions would wait for each other. A bad body names none, and is refused later.
 */
function peekTarget(body: LazyBody<TeamUpdate>): OrganizationId | undefined {
  try {
    return body().org_id;
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

/** Both organizations hear of a move: each reads its own audit only. */
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
