/**
 * The auth classes of routes: which credentials a route accepts, and in which order it refuses the others. permissions.ts decides
 * what the caller may do to a resource.
 */
import type { ApiKeyId, AuthClass, ErrorCode, UserId } from '@px0/contracts';
import type { AccessProjection } from './access-projection.ts';
import type { Authentication, KeyOperation, Principal, Refusal } from './principal.ts';

/** The kinds of callers that the contract's tables tell apart. */
export type CallerKind = 'anonymous' | 'unverified-user' | 'user' | KeyOperation;

/** What each class refuses, by the kind of the caller. A kind that is not listed passes. */
const classRefusals: { readonly [Auth in AuthClass]: { readonly [Kind in CallerKind]?: ErrorCode } } = {
  none: {},
  // Registration judges the header after the body, and asks the role matrix.
  'optional-session': {},
  session: {
    anonymous: 'unauthorized',
    'unverified-user': 'userNotVerified',
    read_render: 'unauthorized',
    all: 'unauthorized',
    admin: 'unauthorized',
  },
  management: { anonymous: 'unauthorized', 'unverified-user': 'userNotVerified', read_render: 'forbidden' },
  content: { anonymous: 'unauthorized', 'unverified-user': 'userNotVerified' },
};

const anonymous: Principal = { kind: 'anonymous' };
const unauthorized: Refusal = { error: 'unauthorized' };

/** What a class answers to a kind of caller; undefined if it lets it pass. */
export function classRefusal(auth: AuthClass, caller: CallerKind): ErrorCode | undefined {
  return classRefusals[auth][caller];
}

/** The kind of caller that a principal is. */
export function callerKind(principal: Principal): CallerKind {
  if (principal.kind === 'api-key') return principal.operation;
  if (principal.kind === 'anonymous') return 'anonymous';
  return principal.isVerified ? 'user' : 'unverified-user';
}

/**
 * The principal that a route of this class gets, or the class's refusal. Routes of the classes `none` and
 * `optional-session` always get the anonymous principal, whatever the header holds.
 */
export function authorizeClass(auth: AuthClass, authentication: Authentication): Principal | Refusal {
  if (auth === 'none' || auth === 'optional-session') return anonymous;
  if (authentication.outcome !== 'principal') return unauthorized;
  const { principal } = authentication;
  const error = classRefusal(auth, callerKind(principal));
  return error === undefined ? principal : { error };
}

/** Hears of each API key that authenticated a request, whether or not the request is then refused. */
export interface KeyUseListener {
  /** `now` is in milliseconds since 1970. */
  note(keyId: ApiKeyId, now: number): void;
}

/** The principal that a route of this class gets for an Authorization header, or the class's refusal. */
export function authenticateRoute(
  access: AccessProjection,
  uses: KeyUseListener,
  { auth }: { readonly auth: AuthClass },
  header: string | undefined,
): Principal | Refusal {
  const authentication = access.authenticate(header);
  if (authentication.outcome === 'principal' && authentication.principal.kind === 'api-key') {
    uses.note(authentication.principal.keyId, Date.now());
  }
  return authorizeClass(auth, authentication);
}

/**
 * The last step of class `management`, after the path parameters were parsed: a key without an acting user is refused,
 * everywhere with `unauthorized` and by Me with a text of its own.
 */
export function requireActingUser(
  route: { readonly auth: AuthClass; readonly operationId: string },
  principal: Principal,
): Refusal | undefined {
  if (route.auth !== 'management' || principal.kind !== 'api-key') return undefined;
  if (principal.actingUserId !== undefined) return undefined;
  return { error: route.operationId === 'me' ? 'accessTokenRequired' : 'unauthorized' };
}

/** The user in whose name a call is made: the session's own, or the key's acting user. */
export function actingUserOf(principal: Principal): UserId | undefined {
  if (principal.kind === 'session') return principal.userId;
  return principal.kind === 'api-key' ? principal.actingUserId : undefined;
}
