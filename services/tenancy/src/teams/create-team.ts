/** Creates a team of an organization. */
import type { OrganizationId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import { type Caller, holdOrganization, type LazyBody, requireOnOrganization } from '../authority/mod.ts';
import type { Changes } from '../changes/mod.ts';
import { join } from '../members/mod.ts';
import { requireName } from '../names/name.ts';
import { insertTeam, isTeamNameTaken, type TeamRow } from './store.ts';

export class CreateTeam {
  readonly #changes: Changes;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  /**
   * Creates a team, whose admin the caller becomes as its first member.
   *
   * @throws ApiError in this order: `organizationNotFound`, `forbidden`, `invalidRequestBody`, `nameRequired`, `nameTooLong`,
   *   `teamNameTaken`
   */
  run(caller: Caller, orgId: OrganizationId, body: LazyBody<{ readonly name?: string }>): Promise<TeamRow> {
    return this.#changes.make(caller, async (change) => {
      requireOnOrganization(caller, 'createTeam', await holdOrganization(change, orgId, caller.userId));
      const name = requireName(body().name);
      if (await isTeamNameTaken(change, orgId, name)) throw new ApiError('teamNameTaken');
      const team = await insertTeam(change, { orgId, name, isDefault: false });
      await change.audit({ action: 'team.created', orgId, teamId: team.id, details: { name } });
      await join(change, team, caller.userId);
      return team;
    });
  }
}
