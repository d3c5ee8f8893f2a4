/**
 * Asks the role matrix (access's table) about a caller, with facts from tenancy's own rows. What is unknown is a 404 before the
 * matrix is asked.
 */
import { type Action, callerKind, coverageOf, type Facts, limitsKindOf, requireAllowed } from '@px0/access';
import { ApiError } from '@px0/service-kit';
import type { Caller } from './actor.ts';
import type { OrgStanding, TeamStanding } from './standing.ts';

/** The caller's account flag counts for the actions that are about no organization. */
export interface AccountFacts {
  readonly isAccountAdmin: boolean;
}

/**
 * Demands that the caller may do this to the organization.
 *
 * @throws ApiError `organizationNotFound`, then what the matrix says
 */
export function requireOnOrganization(
  caller: Caller,
  action: Action,
  standing: OrgStanding | undefined,
): OrgStanding {
  if (standing === undefined) throw new ApiError('organizationNotFound');
  requireAllowed(
    {
      ...blankFacts(caller),
      isOrgMember: standing.orgRole !== null,
      isOrgAdmin: standing.orgRole === 'admin',
      coverage: coverageOf(caller.principal, { orgId: standing.id }, standing.id),
    },
    action,
  );
  return standing;
}

/**
 * Demands that the caller may do this to the team.
 *
 * @throws ApiError `teamNotFound`, then what the matrix says
 */
export function requireOnTeam(
  caller: Caller,
  action: Action,
  standing: TeamStanding | undefined,
): TeamStanding {
  if (standing === undefined) throw new ApiError('teamNotFound');
  requireAllowed(
    {
      ...blankFacts(caller),
      teamRole: standing.teamRole ?? undefined,
      isOrgMember: standing.orgRole !== null,
      isOrgAdmin: standing.orgRole === 'admin',
      coverage: coverageOf(caller.principal, { teamId: standing.id }, standing.orgId),
    },
    action,
  );
  return standing;
}

/**
 * Demands that the caller may do this at all, whatever it is about.
 *
 * @throws ApiError the matrix's refusal for a caller without any membership
 */
export function requireAnywhere(
  caller: Caller,
  action: Action,
  account: AccountFacts = { isAccountAdmin: false },
): void {
  requireAllowed({ ...blankFacts(caller), ...account }, action);
}

function blankFacts({ principal }: Caller): Facts {
  return {
    caller: callerKind(principal),
    isAccountAdmin: false,
    teamRole: undefined,
    isOrgMember: false,
    isOrgAdmin: false,
    coverage: coverageOf(principal, {}, undefined),
    limits: limitsKindOf(principal),
  };
}
