/** Approves and rejects join requests. */
import { ApiError } from '@px0/service-kit';
import { type Caller, holdTeam, holdUser, type LazyBody, requireOnTeam } from '../authority/mod.ts';
import type { Changes } from '../changes/mod.ts';
import { join } from '../members/mod.ts';
import { findJoinRequest, type JoinRequestRow, markResolved } from './store.ts';

export class ResolveJoinRequest {
  readonly #changes: Changes;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  /**
   * Approves or rejects a request. If several callers resolve it at once, one succeeds and the others get an error.
   *
   * @throws ApiError in this order: `invalidRequestBody`, `invalidJoinRequestStatus`, `joinRequestNotFound`,
   *   `joinRequestAlreadyResolved`, `forbidden`
   */
  async run(
    caller: Caller,
    id: string,
    body: LazyBody<{ readonly status?: string }>,
  ): Promise<JoinRequestRow> {
    const verdict = requireVerdict(body().status);
    return this.#changes.make(caller, async (change) => {
      const found = await findJoinRequest(change, id);
      if (found === undefined) throw new ApiError('joinRequestNotFound');
      const team = await holdTeam(change, found.teamId, caller.userId);
      // Read again under the lock: it may have been resolved, or its team or user deleted, while this one waited.
      const request = await findJoinRequest(change, id);
      if (team === undefined || request === undefined) throw new ApiError('joinRequestNotFound');
      if (request.status !== 'pending') throw new ApiError('joinRequestAlreadyResolved');
      requireOnTeam(caller, 'resolveJoinRequest', team);
      if (verdict === 'approved') {
        if (!(await holdUser(change, request.userId))) throw new ApiError('joinRequestNotFound');
        await join(change, team, request.userId);
      }
      const resolved = await markResolved(change, id, verdict);
      if (resolved === undefined) throw new ApiError('joinRequestAlreadyResolved');
      await change.audit({
        action: `join_request.${verdict}`,
        orgId: team.orgId,
        teamId: team.id,
        userId: request.userId,
        details: { join_request_id: id },
      });
      return resolved;
    });
  }
}

/** In any letter case, not trimmed. @throws ApiError `invalidJoinRequestStatus` */
function requireVerdict(status: string | undefined): 'approved' | 'rejected' {
  const verdict = status?.toLowerCase();
  if (verdict === 'approved' || verdict === 'rejected') return verdict;
  throw new ApiError('invalidJoinRequestStatus');
}
