/** Identity's changes: which entities it owns, who makes changes, and what its audit keeps. */
import type { ApiKeyId, OrganizationId, UserId } from '@px0/contracts';
import type { Change as OwnerChange, Changes as OwnerChanges } from '@px0/owner';
import type { Actor } from './actor.ts';
import type { AuditAction } from './audit-action.ts';

export type OwnEntity = 'user' | 'apiKey' | 'narrowKey' | 'signingKey';

/** An audit entry without what the change itself knows: who, and when. */
export interface AuditNote {
  readonly action: AuditAction;
  /** The account concerned, when it is about one. */
  readonly userId?: UserId;
  readonly orgId?: OrganizationId;
  readonly apiKeyId?: ApiKeyId;
  /** Ids and numbers only: never an address, a code or a name of a person. */
  readonly details?: { readonly [name: string]: string };
}

export type Change = OwnerChange<OwnEntity, Actor, AuditNote>;
export type Changes = OwnerChanges<OwnEntity, Actor, AuditNote>;
