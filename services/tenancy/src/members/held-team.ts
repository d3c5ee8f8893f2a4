/** The team whose memberships a change is about, with its organization locked. */
import type { Action } from '@px0/access';
import type { TeamId } from '@px0/contracts';
import { type Caller, holdTeam, requireOnTeam, type TeamStanding } from '../authority/mod.ts';
import type { Change } from '../changes/mod.ts';

/** The team, locked, if the caller may do this to it. @throws ApiError `teamNotFound`, then what the matrix says */
export async function heldTeam(
  change: Change,
  caller: Caller,
  action: Action,
  teamId: TeamId,
): Promise<TeamStanding> {
  return requireOnTeam(caller, action, await holdTeam(change, teamId, caller.userId));
}
