/** Refuses callers that have no account of their own. */
import {
  type AccessProjection,
  type Action,
  type Principal,
  requireAllowedOn,
  type SessionPrincipal,
} from '@px0/access';
import { ApiError } from '@px0/service-kit';

/** The person whose account the call is about. @throws ApiError what the role matrix says: keys belong to organizations */
export function requirePerson(
  access: AccessProjection,
  principal: Principal,
  action: Extract<Action, 'updateMe' | 'changePassword' | 'deleteMe'>,
): SessionPrincipal {
  requireAllowedOn(access, principal, action);
  if (principal.kind !== 'session') throw new ApiError('unauthorized');
  return principal;
}
