/** Revokes an invitation. */
import { ApiError } from '@px0/service-kit';
import { type Caller, holdTeam, requireOnTeam } from '../authority/mod.ts';
import type { Changes } from '../changes/mod.ts';
import { deleteInvitation, findInvitation } from './store.ts';

export class RevokeInvitation {
  readonly #changes: Changes;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  /** @throws ApiError in this order: `invitationNotFound`, `forbidden` */
  async run(caller: Caller, id: string): Promise<void> {
    await this.#changes.make(caller, async (change) => {
      const found = await findInvitation(change, id);
      if (found === undefined) throw new ApiError('invitationNotFound');
      const team = await holdTeam(change, found.teamId, caller.userId);
      if (team === undefined) throw new ApiError('invitationNotFound');
      requireOnTeam(caller, 'revokeInvitation', team);
      // Somebody may have accepted or revoked it while this one waited for the lock.
      if (!(await deleteInvitation(change, id))) throw new ApiError('invitationNotFound');
      await change.audit({
        action: 'invitation.revoked',
        orgId: team.orgId,
        teamId: team.id,
        details: { invitation_id: id },
      });
    });
  }
}
