/** Making a change although policies stand in its way: by a person whom each of them names, for a reason that is kept. */
import type { AccessProjection } from '@px0/access';
import { policyLimits, type TeamId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import type { Actor } from '../changes/mod.ts';
import type { JudgingPolicy } from './policy-row.ts';

/**
 * The reason that the header gives; undefined without the header.
 *
 * @throws ApiError reasonRequired for a blank one, or one that is no percent-encoded UTF-8; breakGlassReasonTooLong
 */
export function readReason(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const reason = decoded(header)?.trim() ?? '';
  if (reason === '' || reason.includes('\0')) throw new ApiError('reasonRequired');
  if (Buffer.byteLength(reason) > policyLimits.reasonBytes) throw new ApiError('breakGlassReasonTooLong');
  return reason;
}

function decoded(header: string): string | undefined {
  try {
    return decodeURIComponent(header);
  } catch {
    return undefined;
  }
}

/** Whether the policy lets the actor do so in a team. An API key never may. */
export function mayBreakGlass(
  access: AccessProjection,
  actor: Actor,
  teamId: TeamId,
  { rule }: JudgingPolicy,
): boolean {
  if (actor.kind !== 'user' || rule.break_glass === null) return false;
  const { roles, user_ids = [] } = rule.break_glass;
  if (user_ids.includes(actor.id)) return true;
  const role = roleIn(access, actor.id, teamId);
  return roles.some((named) => named === role);
}

/** An administrator of the organization counts as one of its teams. */
function roleIn(access: AccessProjection, userId: string, teamId: TeamId): string | undefined {
  const orgId = access.team(teamId)?.orgId;
  if (orgId !== undefined && access.isOrgAdmin(userId, orgId)) return 'admin';
  return access.roleIn(userId, teamId);
}
