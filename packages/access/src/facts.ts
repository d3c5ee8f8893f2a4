/**
 * How the caller relates to the subject of a request: everything that the role matrix needs, so that it looks nothing
 * up. A service builds the facts from the projection (`factsFor`) or from its own rows inside a transaction.
 */
import type { AccessProjection } from './access-projection.ts';
import { actingUserOf, type CallerKind, callerKind } from './authorize-class.ts';
import { limitsOf, type Principal, type TeamRole } from './principal.ts';

/**
 * How far a key's scope covers the target. `organization`: the key has no list of teams, and the target is in its
 * organization (or there is no target). `team`: the key lists the target team. `narrower`: the target is in the key's
 * organization, but is not one of its teams. `foreign`: it is in another organization. Users have `organization`.
 */
export type Coverage = 'organization' | 'team' | 'narrower' | 'foreign';

/** What a key is limited to: nothing, as everybody else, some slugs, or also some refs. Which ones, is decided where prompts are looked up. */
export type Limits = 'none' | 'slugs' | 'refs';

export interface Facts {
  readonly caller: CallerKind;
  /** The account flag of the user, or of the user for whom a key acts. */
  readonly isAccountAdmin: boolean;
  /** The role in the target team of the user, or of the user for whom a key acts. */
  readonly teamRole: TeamRole | undefined;
  /** Whether that user has any team in the target's organization. */
  readonly isOrgMember: boolean;
  /** Whether that user is an admin of the target's organization. */
  readonly isOrgAdmin: boolean;
  readonly coverage: Coverage;
  readonly limits: Limits;
}

/** What a request is about; `{}` when it is about no team and no organization. */
export interface Target {
  readonly teamId?: string;
  readonly orgId?: string;
}

/** The facts about a principal and a target, from the projection. A target that does not exist belongs to no one. */
export function factsFor(access: AccessProjection, principal: Principal, target: Target = {}): Facts {
  const orgId = target.teamId === undefined ? target.orgId : access.team(target.teamId)?.orgId;
  const userId = actingUserOf(principal);
  const isOfUser = userId !== undefined && orgId !== undefined;
  return {
    caller: callerKind(principal),
    isAccountAdmin: userId !== undefined && access.user(userId)?.isAdmin === true,
    teamRole:
      userId === undefined || target.teamId === undefined ? undefined : access.roleIn(userId, target.teamId),
    isOrgMember: isOfUser && access.isOrgMember(userId, orgId),
    isOrgAdmin: isOfUser && access.isOrgAdmin(userId, orgId),
    coverage: coverageOf(principal, target, orgId),
    limits: limitsKindOf(principal),
  };
}

/** How far the principal's scope covers a target in the organization `orgId` (undefined: it does not exist). */
export function coverageOf(principal: Principal, target: Target, orgId: string | undefined): Coverage {
  if (principal.kind !== 'api-key') return 'organization';
  const isAboutNothing = target.teamId === undefined && target.orgId === undefined;
  if (!isAboutNothing && orgId !== principal.orgId) return 'foreign';
  if (principal.scope.kind === 'organization') return 'organization';
  return target.teamId !== undefined && principal.scope.teamIds.includes(target.teamId) ? 'team' : 'narrower';
}

/** What kind of limits the principal has. */
export function limitsKindOf(principal: Principal): Limits {
  const limits = limitsOf(principal);
  if (limits === undefined) return 'none';
  return limits.refs === undefined ? 'slugs' : 'refs';
}
