/** Deletes a team. */
import type { TeamId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import { type Caller, holdTeam, requireOnTeam } from '../authority/mod.ts';
import type { Changes } from '../changes/mod.ts';
import { markTeamDeleted } from './store.ts';

export interface DeleteTeamDependencies {
  readonly changes: Changes;
  /** Called after something was deleted whose children remain to be removed. */
  readonly onDeleted: () => void;
}

export class DeleteTeam {
  readonly #changes: Changes;
  readonly #onDeleted: () => void;

  constructor({ changes, onDeleted }: DeleteTeamDependencies) {
    this.#changes = changes;
    this.#onDeleted = onDeleted;
  }

  /**
   * Deletes a team with its memberships and join requests; other services drop what was theirs below it.
   *
   * @throws ApiError in this order: `teamNotFound`, `forbidden`, `defaultTeamCannotBeDeleted`
   */
  async run(caller: Caller, teamId: TeamId): Promise<void> {
    await this.#changes.make(caller, async (change) => {
      const standing = await holdTeam(change, teamId, caller.userId);
      const team = requireOnTeam(caller, 'deleteTeam', standing);
      if (team.isDefault) throw new ApiError('defaultTeamCannotBeDeleted');
      await markTeamDeleted(change, teamId);
      await change.audit({ action: 'team.deleted', orgId: team.orgId, teamId, details: { name: team.name } });
    });
    this.#onDeleted();
  }
}
