/** The caller: the result of authentication, and the input of every authorisation question. */
import type { ApiKeyId, ErrorCode, OrganizationId, TeamId, UserId } from '@px0/contracts';

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
}

export type Principal = AnonymousPrincipal | SessionPrincipal | ApiKeyPrincipal;

/** What an Authorization header amounts to. */
export type Authentication =
  | { readonly outcome: 'anonymous' }
  | { readonly outcome: 'invalid' }
  | { readonly outcome: 'principal'; readonly principal: SessionPrincipal | ApiKeyPrincipal };

/** A refusal by the name that the error catalog gives it. */
export interface Refusal {
  readonly error: ErrorCode;
}
