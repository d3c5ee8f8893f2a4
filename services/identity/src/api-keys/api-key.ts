/** An API key, as the store returns it and as clients see it. */
import type { KeyOperation } from '@px0/access';
import type { ApiKeyId, OrganizationId, TeamId, UserId, Wire } from '@px0/contracts';
import type { KeyLimits } from '../changes/mod.ts';
import { wireTime } from '../wire-time.ts';

/**
 * What a key reads. The kind is stored: a scope whose teams are all gone must never come to mean the whole organization. `teamIds` are
 * in the order given at creation.
 */
export type StoredScope =
  | { readonly kind: 'organization' }
  | { readonly kind: 'teams'; readonly teamIds: readonly TeamId[] };

export interface ApiKey {
  readonly id: ApiKeyId;
  readonly keyHash: string;
  /** The first characters of the secret; undefined for a key that an earlier release made. */
  readonly prefix: string | undefined;
  readonly orgId: OrganizationId;
  readonly name: string;
  readonly scope: StoredScope;
  readonly operation: KeyOperation;
  readonly createdBy: UserId;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  /** Undefined for a key without limits. */
  readonly limits: KeyLimits | undefined;
}

export function apiKeyOnWire(key: ApiKey): Wire<'APIKey'> {
  const firstTeam = key.scope.kind === 'teams' ? key.scope.teamIds[0] : undefined;
  return {
    id: key.id,
    name: key.name,
    org_id: key.orgId,
    ...(firstTeam === undefined ? {} : { team_id: firstTeam }),
    operation: key.operation,
    created_at: wireTime(key.createdAt),
    expires_at: key.expiresAt === null ? null : wireTime(key.expiresAt),
    last_used_at: key.lastUsedAt === null ? null : wireTime(key.lastUsedAt),
    ...(key.prefix === undefined ? {} : { prefix: key.prefix }),
    created_by: key.createdBy,
    ...(key.scope.kind === 'teams' ? { team_ids: [...key.scope.teamIds] } : {}),
    ...(key.limits === undefined ? {} : { limits: key.limits }),
  };
}
