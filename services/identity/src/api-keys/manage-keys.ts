/** Creates, lists, rotates and deletes API keys. Only the admins of a key's organization may, with a session. */
import { randomUUID } from 'node:crypto';
import { type AccessProjection, hashApiKey, newApiKey, type SessionPrincipal } from '@px0/access';
import { type ApiKeyId, type OrganizationId, parseUuid, type TeamId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import type { Change, Changes } from '../changes/mod.ts';
import type { Database } from '../database/db.ts';
import { type ApiKey, apiKeyState, type StoredScope } from './api-key.ts';
import {
  deleteApiKeys,
  findApiKey,
  insertApiKey,
  listApiKeys,
  lockApiKey,
  type NewApiKey,
  setExpiry,
} from './api-key-store.ts';
import { requireExpiry, requireKeyName, requireOperation, requireOrgId } from './key-fields.ts';
import { type ProjectionProgress, requireCurrentJudgement, withCurrentJudgement } from './scope-guard.ts';

export interface ApiKeyDependencies {
  readonly database: Database;
  readonly changes: Changes;
  readonly access: AccessProjection;
  readonly projection: ProjectionProgress;
}

export interface KeyWish {
  readonly name: string;
  readonly orgId: OrganizationId | undefined;
  readonly teamIds: readonly TeamId[];
  readonly operation: string;
  readonly expiresAt: string | undefined;
}

/** A key with its secret, which exists in clear here and in the answer only. */
export interface CreatedKey {
  readonly key: ApiKey;
  readonly secret: string;
}

export interface ApiKeyCommands {
  createKey(session: SessionPrincipal, wish: KeyWish): Promise<CreatedKey>;
  listKeys(session: SessionPrincipal, orgId: string): Promise<ApiKey[]>;
  rotateKey(session: SessionPrincipal, id: ApiKeyId, overlapSeconds: number | undefined): Promise<CreatedKey>;
  deleteKey(session: SessionPrincipal, id: ApiKeyId): Promise<void>;
}

/** Long enough to roll a new key out to a fleet, short enough that a leaked key does not linger. */
const DEFAULT_OVERLAP_SECONDS = 86_400;
const MAX_OVERLAP_SECONDS = 30 * 86_400;

export function createApiKeyCommands(dependencies: ApiKeyDependencies): ApiKeyCommands {
  const { database, changes, access, projection } = dependencies;
  return {
    /** @throws ApiError in the contract's order */
    async createKey({ userId }, wish) {
      const name = requireKeyName(wish.name);
      const orgId = requireOrgId(wish.orgId);
      const operation = requireOperation(wish.operation);
      return await withCurrentJudgement(projection, async (judgement) => {
        requireOrgAdmin(access, userId, orgId);
        const scope = requireScope(access, orgId, wish.teamIds);
        const expiresAt = requireExpiry(wish.expiresAt);
        return await changes.make(async (change) => {
          await requireCurrentJudgement(change.tx, judgement);
          const wanted = {
            orgId,
            name,
            scope,
            operation,
            createdBy: userId,
            rotatedFrom: undefined,
            expiresAt,
          };
          const created = await addKey(change, wanted);
          await change.audit({ action: 'api_key.created', actorId: userId, orgId, apiKeyId: created.key.id });
          return created;
        });
      });
    },

    /** @throws ApiError orgIdRequired, invalidId, organizationNotFound, forbidden */
    async listKeys({ userId }, text) {
      if (text === '') throw new ApiError('orgIdRequired');
      const orgId = parseUuid(text);
      if (orgId === undefined) throw new ApiError('invalidId');
      requireOrgAdmin(access, userId, orgId);
      return await listApiKeys(database, orgId);
    },

    /**
     * Makes a successor with the same name, scope and operation, and as long a life; the old key goes on working for the overlap.
     *
     * @throws ApiError apiKeyNotFound, forbidden, invalidOverlap
     */
    async rotateKey({ userId }, id, overlapSeconds = DEFAULT_OVERLAP_SECONDS) {
      return await withCurrentJudgement(projection, async (judgement) => {
        await requireManageable(dependencies, userId, id);
        if (overlapSeconds < 0 || overlapSeconds > MAX_OVERLAP_SECONDS) throw new ApiError('invalidOverlap');
        return await changes.make(async (change) => {
          await requireCurrentJudgement(change.tx, judgement);
          const old = await lockApiKey(change.tx, id);
          if (old === undefined || isExpired(old)) throw new ApiError('apiKeyNotFound');
          const expiresAt =
            old.expiresAt && new Date(Date.now() + old.expiresAt.getTime() - old.createdAt.getTime());
          const successor = await addKey(change, {
            ...old,
            createdBy: userId,
            rotatedFrom: old.id,
            expiresAt,
          });
          await retire(change, old, new Date(Date.now() + overlapSeconds * 1_000));
          await change.audit({
            action: 'api_key.rotated',
            actorId: userId,
            orgId: old.orgId,
            apiKeyId: old.id,
            details: { successor: successor.key.id },
          });
          return successor;
        });
      });
    },

    /** @throws ApiError apiKeyNotFound, forbidden */
    async deleteKey({ userId }, id) {
      const { orgId } = await requireManageable(dependencies, userId, id);
      await changes.make(async (change) => {
        const deleted = await deleteApiKeys(change.tx, [id]);
        if (deleted.length === 0) throw new ApiError('apiKeyNotFound');
        await change.remove('apiKey', id);
        await change.audit({ action: 'api_key.deleted', actorId: userId, orgId, apiKeyId: id });
      });
    },
  };
}

/** Writes a key under a new secret and tells everybody its hash. */
async function addKey(change: Change, wanted: Omit<NewApiKey, 'id' | 'keyHash'>): Promise<CreatedKey> {
  const secret = newApiKey();
  const key = await insertApiKey(change.tx, { ...wanted, id: randomUUID(), keyHash: hashApiKey(secret) });
  await change.put('apiKey', key.id, apiKeyState(key));
  return { key, secret };
}

async function requireManageable(
  { database, access }: ApiKeyDependencies,
  userId: string,
  id: ApiKeyId,
): Promise<ApiKey> {
  const key = await findApiKey(database, id);
  // A key of an organization that is gone is gone with it, also before its row is.
  if (key === undefined || access.organization(key.orgId) === undefined) throw new ApiError('apiKeyNotFound');
  if (!access.isOrgAdmin(userId, key.orgId)) throw new ApiError('forbidden');
  return key;
}

function requireOrgAdmin(access: AccessProjection, userId: string, orgId: OrganizationId): void {
  if (access.organization(orgId) === undefined) throw new ApiError('organizationNotFound');
  if (!access.isOrgAdmin(userId, orgId)) throw new ApiError('forbidden');
}

/** Repeated teams count once, in the order given. */
function requireScope(
  access: AccessProjection,
  orgId: OrganizationId,
  listed: readonly TeamId[],
): StoredScope {
  if (listed.length === 0) return { kind: 'organization' };
  const teamIds = [...new Set(listed)];
  for (const teamId of teamIds) {
    const team = access.team(teamId);
    if (team === undefined) throw new ApiError('teamNotFound');
    if (team.orgId !== orgId) throw new ApiError('teamNotInOrganization');
  }
  return { kind: 'teams', teamIds };
}

async function retire(change: Change, old: ApiKey, end: Date): Promise<void> {
  const expiresAt = old.expiresAt !== null && old.expiresAt < end ? old.expiresAt : end;
  await setExpiry(change.tx, old.id, expiresAt);
  await change.put('apiKey', old.id, apiKeyState({ ...old, expiresAt }));
}

function isExpired({ expiresAt }: ApiKey): boolean {
  return expiresAt !== null && expiresAt.getTime() <= Date.now();
}
