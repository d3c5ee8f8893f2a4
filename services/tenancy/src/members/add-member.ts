/** Adds a member to a team. */
import type { TeamId, UserId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import { type Caller, holdUser, type LazyBody } from '../authority/mod.ts';
import type { Changes } from '../changes/mod.ts';
import { heldTeam } from './held-team.ts';
import { join } from './joining.ts';

export class AddMember {
  readonly #changes: Changes;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  /**
   * Adds any user of the system to the team; a member stays as they are.
   *
   * @throws ApiError in this order: `teamNotFound`, `forbidden`, `invalidRequestBody`, `userIdRequired`, `userToAddNotFound`
   */
  async run(caller: Caller, teamId: TeamId, body: LazyBody<{ readonly user_id?: UserId }>): Promise<void> {
    await this.#changes.make(caller, async (change) => {
      const team = await heldTeam(change, caller, 'addTeamMember', teamId);
      const userId = body().user_id;
      if (userId === undefined || userId === NIL_UUID) throw new ApiError('userIdRequired');
      if (!(await holdUser(change, userId))) throw new ApiError('userToAddNotFound');
      await join(change, team, userId, { addedBy: caller.userId });
    });
  }
}

/** What a client sends when it means no user at all. */
const NIL_UUID = '00000000-0000-0000-0000-000000000000';
