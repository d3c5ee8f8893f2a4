/** Tenancy's changes: which entities it owns, who makes changes, and what its audit keeps. */
import type { OrganizationId, TeamId, UserId } from '@px0/contracts';
import type { Change as OwnerChange, Changes as OwnerChanges } from '@px0/owner';
import type { Actor } from '../authority/mod.ts';
import type { AuditAction } from './audit-action.ts';

export type OwnEntity = 'organization' | 'team' | 'membership';

/** An audit entry without what the change itself knows: who, and when. */
export interface AuditNote {
  readonly action: AuditAction;
  readonly orgId: OrganizationId;
  readonly teamId?: TeamId;
  /** The person concerned, when it is about one. */
  readonly userId?: UserId;
  readonly details?: { readonly [name: string]: string };
}

export type Change = OwnerChange<OwnEntity, Actor, AuditNote>;
export type Changes = OwnerChanges<OwnEntity, Actor, AuditNote>;
