/** The author of a change: a caller, or the service itself. Commands see this and never a token or a header. */
import type { ApiKeyPrincipal, Principal, SessionPrincipal } from '@px0/access';
import type { UserId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';

/** A person, or an API key in the name of its acting user. */
export interface Caller {
  readonly kind: 'caller';
  /** The person: the session's own, or the one for whom the key acts. */
  readonly userId: UserId;
  readonly principal: SessionPrincipal | ApiKeyPrincipal;
}

/** The service itself: placing new users, promoting the member of longest standing, cleaning up. */
export interface SystemActor {
  readonly kind: 'system';
}

export type Actor = Caller | SystemActor;

export const systemActor: SystemActor = { kind: 'system' };

/**
 * The caller that a principal of class M is.
 *
 * @throws ApiError `unauthorized` for a key without an acting user
 */
export function callerOf(principal: Principal): Caller {
  if (principal.kind === 'session') return { kind: 'caller', userId: principal.userId, principal };
  if (principal.kind === 'api-key' && principal.actingUserId !== undefined) {
    return { kind: 'caller', userId: principal.actingUserId, principal };
  }
  throw new ApiError('unauthorized');
}
