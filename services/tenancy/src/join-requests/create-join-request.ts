/** Asks to join a team. */
import type { TeamId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import { type Caller, holdTeam, holdUser, requireAnywhere, requireOnTeam } from '../authority/mod.ts';
import type { Changes } from '../changes/mod.ts';
import { insertJoinRequest, type JoinRequestRow } from './store.ts';

export class CreateJoinRequest {
  readonly #changes: Changes;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  /**
   * Files a request of the caller, for a team of any organization. A key has no person to ask for.
   *
   * @throws ApiError in this order: `forbidden`, `teamNotFound`, `alreadyTeamMember`, `joinRequestPending`
   */
  async run(caller: Caller, teamId: TeamId): Promise<JoinRequestRow> {
    requireAnywhere(caller, 'createJoinRequest');
    return this.#changes.make(caller, async (change) => {
      const standing = await holdTeam(change, teamId, caller.userId);
      const team = requireOnTeam(caller, 'createJoinRequest', standing);
      // The caller is known to identity but the event that tells of them has not been worked in here yet.
      if (!(await holdUser(change, caller.userId))) throw new ApiError('serviceUnavailable');
      const request = await insertJoinRequest(change, teamId, caller.userId);
      if (request === undefined) throw new ApiError('joinRequestPending');
      await change.audit({
        action: 'join_request.created',
        orgId: team.orgId,
        teamId,
        userId: caller.userId,
        details: { join_request_id: request.id },
      });
      return request;
    });
  }
}
