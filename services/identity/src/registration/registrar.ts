/** Who registers an account: the person themselves, or an admin account on behalf of another person. */
import { type AccessProjection, requireAllowedOn, type SessionPrincipal } from '@px0/access';
import type { TeamId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';

/** Undefined: a public registration. @throws ApiError unauthorized, userNotVerified, forbidden */
export function registrarOf(
  access: AccessProjection,
  authorization: string | undefined,
): SessionPrincipal | undefined {
  const authentication = access.authenticate(authorization);
  if (authentication.outcome === 'anonymous') return undefined;
  if (authentication.outcome === 'invalid') throw new ApiError('unauthorized');
  const { principal } = authentication;
  requireAllowedOn(access, principal, 'register');
  return principal.kind === 'session' ? principal : undefined;
}

/** @throws ApiError teamNotFound, callerNotInTeamOrganization, forbidden */
export function requireRightToPlace(
  access: AccessProjection,
  registrar: SessionPrincipal,
  teamId: TeamId,
): void {
  // Every team that exists belongs to an organization, so the contract's refusal of one without has no place here.
  if (access.team(teamId) === undefined) throw new ApiError('teamNotFound');
  requireAllowedOn(access, registrar, 'registerIntoTeam', { teamId });
}
