/** Who reviews: only people do. */
import type { Principal, SessionPrincipal } from '@px0/access';
import { ApiError } from '@px0/service-kit';

/** The routes of reviews are of the class `session`. @throws ApiError unauthorized */
export function requirePerson(principal: Principal): SessionPrincipal {
  if (principal.kind !== 'session') throw new ApiError('unauthorized');
  return principal;
}
