/** The caller: the result of authentication, and the input of every authorisation question. */
import type { ApiKeyId, ErrorCode, OrganizationId, TeamId, UserId } from '@px0/contracts';
import type { KeyLimits } from './key-limits.ts';

export type KeyOperation = 'read_render' | 'all' | 'admin';
export type TeamRole = 'admin' | 'editor' | 'viewer';

/** The teams of a key: all of its organization, resolved at question time, or the listed ones that still exist. */
export type KeyScope =
  | { readonly kind: 'organization' }
  | { readonly kind: 'teams'; readonly teamIds: readonly TeamId[] };

export interface AnonymousPrincipal {
  readonly kind: 'anonymous';
}

export interface SessionPrincipal {
  readonly kind: 'session';
  readonly userId: UserId;
  readonly sessionNumber: number;
  /** The account's flag; it grants creating organizations and registering others, nothing else. */
  readonly isAdmin: boolean;
  readonly isVerified: boolean;
  readonly tokenId: string;
}

export interface ApiKeyPrincipal {
  readonly kind: 'api-key';
  readonly keyId: ApiKeyId;
  readonly orgId: OrganizationId;
  readonly scope: KeyScope;
  readonly operation: KeyOperation;
  /** The user for whom an `all` or `admin` key makes management calls; absent when the organization has none. */
  readonly actingUserId?: UserId;
  /** What the key sees within its scope; absent for all of it. */
  readonly limits?: KeyLimits;
  /** The user who made the key; absent while its event does not say. */
  readonly createdBy?: UserId;
}

export type Principal = AnonymousPrincipal | SessionPrincipal | ApiKeyPrincipal;

/**
 * The person who answers for what the caller does: the user of a session, the maker of a key. So nobody writes with a key and approves as
 * themselves. Undefined for a key whose event does not name its maker: then it may be anybody, and what it did counts as everybody's own.
 */
export function personOf(principal: Principal): UserId | undefined {
  if (principal.kind === 'session') return principal.userId;
  return principal.kind === 'api-key' ? principal.createdBy : undefined;
}

/** What an Authorization header amounts to. */
export type Authentication =
  | { readonly outcome: 'anonymous' }
  | { readonly outcome: 'invalid' }
  | { readonly outcome: 'principal'; readonly principal: SessionPrincipal | ApiKeyPrincipal };

/** A refusal by the name that the error catalog gives it. */
export interface Refusal {
  readonly error: ErrorCode;
}

/** What the caller sees within what they may read; undefined for all of it. */
export function limitsOf(principal: Principal): KeyLimits | undefined {
  return principal.kind === 'api-key' ? principal.limits : undefined;
}
