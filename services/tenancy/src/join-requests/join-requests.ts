/** Asking to join a team, and deciding about those who ask. */
import type { TeamId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import {
  type Caller,
  holdTeam,
  holdUser,
  type LazyBody,
  requireAnywhere,
  requireOnTeam,
} from '../authority/mod.ts';
import type { Changes } from '../changes/mod.ts';
import type { Database } from '../database.ts';
import { join } from '../members/mod.ts';
import {
  findJoinRequest,
  type InboxFilter,
  type InboxRow,
  insertJoinRequest,
  type JoinRequestRow,
  markResolved,
  pendingFor,
} from './store.ts';

export interface JoinRequestsDependencies {
  readonly database: Database;
  readonly changes: Changes;
}

export class JoinRequests {
  readonly #database: Database;
  readonly #changes: Changes;

  constructor({ database, changes }: JoinRequestsDependencies) {
    this.#database = database;
    this.#changes = changes;
  }

  /**
   * Files a request of the caller, for a team of any organization. A key has nobody to ask for.
   *
   * @throws ApiError in this order: `forbidden`, `teamNotFound`, `alreadyTeamMember`, `joinRequestPending`
   */
  async request(caller: Caller, teamId: TeamId): Promise<JoinRequestRow> {
    requireAnywhere(caller, 'createJoinRequest');
    return this.#changes.make(caller, async (change) => {
      const standing = await holdTeam(change.tx, teamId, caller.userId);
      const team = requireOnTeam(caller, 'createJoinRequest', standing);
      // The caller is known to identity but the event that tells of them has not been worked in here yet.
      if (!(await holdUser(change.tx, caller.userId))) throw new ApiError('serviceUnavailable');
      const request = await insertJoinRequest(change.tx, teamId, caller.userId);
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

  /** The pending requests that the caller may resolve, the newest first. */
  inbox(caller: Caller): Promise<InboxRow[]> {
    return pendingFor(this.#database, caller.userId, inboxFilter(caller));
  }

  /**
   * Approves or rejects a request. Of several who resolve it at once, one does and the others are told.
   *
   * @throws ApiError in this order: `invalidRequestBody`, `invalidJoinRequestStatus`, `joinRequestNotFound`,
   *   `joinRequestAlreadyResolved`, `forbidden`
   */
  async resolve(
    caller: Caller,
    id: string,
    body: LazyBody<{ readonly status?: string }>,
  ): Promise<JoinRequestRow> {
    const verdict = requireVerdict(body().status);
    return this.#changes.make(caller, async (change) => {
      const found = await findJoinRequest(change.tx, id);
      if (found === undefined) throw new ApiError('joinRequestNotFound');
      const team = await holdTeam(change.tx, found.teamId, caller.userId);
      // Read again under the lock: it may have been resolved, or its team or user deleted, while this one waited.
      const request = await findJoinRequest(change.tx, id);
      if (team === undefined || request === undefined) throw new ApiError('joinRequestNotFound');
      if (request.status !== 'pending') throw new ApiError('joinRequestAlreadyResolved');
      requireOnTeam(caller, 'resolveJoinRequest', team);
      if (verdict === 'approved') {
        if (!(await holdUser(change.tx, request.userId))) throw new ApiError('joinRequestNotFound');
        await join(change, team, request.userId);
      }
      const resolved = await markResolved(change.tx, id, verdict);
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

/** A key may resolve what its acting user may, within its own organization and scope. */
function inboxFilter({ principal }: Caller): InboxFilter {
  if (principal.kind === 'session') return {};
  const { orgId, scope } = principal;
  return scope.kind === 'organization' ? { orgId } : { orgId, teamIds: scope.teamIds };
}

/** In any letter case, not trimmed. @throws ApiError `invalidJoinRequestStatus` */
function requireVerdict(status: string | undefined): 'approved' | 'rejected' {
  const verdict = status?.toLowerCase();
  if (verdict === 'approved' || verdict === 'rejected') return verdict;
  throw new ApiError('invalidJoinRequestStatus');
}
