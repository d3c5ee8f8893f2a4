/**
 * Accepts an invitation: whoever holds its code joins the team.
 * See docs/decisions/217-invitations.md.
 */
import { ApiError } from '@px0/service-kit';
import {
  type Caller,
  holdTeam,
  holdUser,
  type LazyBody,
  requireAnywhere,
  type TeamStanding,
  teamStanding,
} from '../authority/mod.ts';
import type { Change, Changes } from '../changes/mod.ts';
import { join } from '../members/mod.ts';
import { hashCode } from './code.ts';
import { deleteInvitation, findByCode, type InvitationRow } from './store.ts';

export class AcceptInvitation {
  readonly #changes: Changes;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  /**
   * The code counts, not the address that it was sent to: people have accounts under other addresses. It works once. A member stays as they are. A code
   * that was never made, one that was used, revoked or replaced, and one that expired are one answer.
   *
   * @throws ApiError in this order: `forbidden`, `invalidRequestBody`, `invitationNotFound`
   */
  async run(caller: Caller, body: LazyBody<{ readonly code?: string }>): Promise<TeamStanding> {
    requireAnywhere(caller, 'acceptInvitation');
    const codeHash = hashCode(body().code ?? '');
    return await this.#changes.make(caller, async (change) => {
      const found = await findByCode(change, codeHash);
      if (found === undefined) throw new ApiError('invitationNotFound');
      const team = await holdTeam(change, found.teamId, caller.userId);
      // Read again under the lock: it may have been accepted or revoked meanwhile.
      const invitation = await findByCode(change, codeHash);
      if (team === undefined || invitation === undefined || !(await isStillMeant(change, invitation)))
        throw new ApiError('invitationNotFound');
      // The caller is known to identity but the event that tells of them has not been worked in here yet.
      if (!(await holdUser(change, caller.userId))) throw new ApiError('serviceUnavailable');
      await deleteInvitation(change, invitation.id);
      await join(change, team, caller.userId, { role: invitation.role, invitationId: invitation.id });
      return team;
    });
  }
}

/** An invitation is worth no more than the right of the person who made it. */
async function isStillMeant(change: Change, { teamId, createdBy }: InvitationRow): Promise<boolean> {
  const inviter = await teamStanding(change, teamId, createdBy);
  return inviter?.teamRole === 'admin' || inviter?.orgRole === 'admin';
}
