/** The rows of API keys and of the teams in their scopes. */
import type { KeyOperation } from '@px0/access';
import type { ApiKeyId, OrganizationId, TeamId } from '@px0/contracts';
import type { Db, Tx } from '../database/db.ts';
import { Prisma } from '../generated/prisma/client.ts';
import type { ApiKey } from './api-key.ts';

interface ApiKeyRow {
  readonly id: string;
  readonly keyHash: string;
  readonly orgId: string;
  readonly name: string;
  readonly scopeKind: 'organization' | 'teams';
  readonly teamIds: string[];
  readonly operation: KeyOperation;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
}

const columns = Prisma.sql`
  k.id::text AS id, k.key_hash AS "keyHash", k.org_id::text AS "orgId", k.name, k.scope_kind AS "scopeKind", k.operation,
  k.created_by::text AS "createdBy", k.created_at AS "createdAt", k.expires_at AS "expiresAt", k.last_used_at AS "lastUsedAt",
  ARRAY(SELECT t.team_id::text FROM api_key_teams t WHERE t.api_key_id = k.id ORDER BY t.position) AS "teamIds"`;

export interface NewApiKey extends Omit<ApiKey, 'createdAt' | 'lastUsedAt'> {
  /** The key that this one succeeds. */
  readonly rotatedFrom: ApiKeyId | undefined;
}

/** Inserts a key with its scope, in one statement each. */
export async function insertApiKey(tx: Tx, key: NewApiKey): Promise<ApiKey> {
  const rows = await tx.$queryRaw<{ createdAt: Date }[]>`
    INSERT INTO api_keys (id, key_hash, org_id, name, scope_kind, operation, created_by, rotated_from, expires_at)
    VALUES (${key.id}::uuid, ${key.keyHash}, ${key.orgId}::uuid, ${key.name}, ${key.scope.kind}, ${key.operation},
            ${key.createdBy}::uuid, ${key.rotatedFrom ?? null}::uuid, ${key.expiresAt})
    RETURNING created_at AS "createdAt"`;
  if (key.scope.kind === 'teams') {
    await tx.$executeRaw`
      INSERT INTO api_key_teams (api_key_id, team_id, position)
      SELECT ${key.id}::uuid, team_id, position
        FROM unnest(${[...key.scope.teamIds]}::uuid[]) WITH ORDINALITY AS listed (team_id, position)`;
  }
  const { rotatedFrom: _, ...stored } = key;
  return { ...stored, createdAt: rows[0]?.createdAt ?? new Date(), lastUsedAt: null };
}

/** An organization's keys, the newest first. */
export async function listApiKeys(db: Db, orgId: OrganizationId): Promise<ApiKey[]> {
  const rows = await db.$queryRaw<ApiKeyRow[]>`
    SELECT ${columns} FROM api_keys k WHERE k.org_id = ${orgId}::uuid ORDER BY k.ordinal DESC`;
  return rows.map(apiKeyOf);
}

export async function findApiKey(db: Db, id: ApiKeyId): Promise<ApiKey | undefined> {
  const rows = await db.$queryRaw<ApiKeyRow[]>`SELECT ${columns} FROM api_keys k WHERE k.id = ${id}::uuid`;
  return rows.map(apiKeyOf)[0];
}

/** The key, locked until the transaction ends. */
export async function lockApiKey(tx: Tx, id: ApiKeyId): Promise<ApiKey | undefined> {
  const rows = await tx.$queryRaw<ApiKeyRow[]>`
    SELECT ${columns} FROM api_keys k WHERE k.id = ${id}::uuid FOR UPDATE OF k`;
  return rows.map(apiKeyOf)[0];
}

export async function setExpiry(tx: Tx, id: ApiKeyId, expiresAt: Date): Promise<void> {
  await tx.$executeRaw`UPDATE api_keys SET expires_at = ${expiresAt} WHERE id = ${id}::uuid`;
}

/** Deletes keys with their scopes. Returns those that were there. */
export async function deleteApiKeys(tx: Tx, ids: readonly ApiKeyId[]): Promise<ApiKey[]> {
  const rows = await tx.$queryRaw<ApiKeyRow[]>`
    DELETE FROM api_keys k WHERE k.id = ANY(${[...ids]}::uuid[]) RETURNING ${columns}`;
  return rows.map(apiKeyOf);
}

export async function deleteApiKeysOf(tx: Tx, orgId: OrganizationId): Promise<ApiKey[]> {
  const rows = await tx.$queryRaw<ApiKeyRow[]>`
    DELETE FROM api_keys k WHERE k.org_id = ${orgId}::uuid RETURNING ${columns}`;
  return rows.map(apiKeyOf);
}

/**
 * Takes a team out of the scopes of all keys, but for those of the organization that it belongs to (undefined: it is gone). Returns the
 * keys that lost it, as they are now.
 */
export async function removeTeamFromScopes(
  tx: Tx,
  teamId: TeamId,
  homeOrgId: OrganizationId | undefined,
): Promise<ApiKey[]> {
  // The keys first, in the order that everybody takes them in: a deletion locks the key before its scope, too.
  const losing = await tx.$queryRaw<{ id: string }[]>`
    SELECT k.id::text AS id FROM api_keys k
     WHERE EXISTS (SELECT 1 FROM api_key_teams t WHERE t.api_key_id = k.id AND t.team_id = ${teamId}::uuid)
       AND (${homeOrgId ?? null}::uuid IS NULL OR k.org_id <> ${homeOrgId ?? null}::uuid)
     ORDER BY k.id FOR UPDATE OF k`;
  if (losing.length === 0) return [];
  const ids = losing.map(({ id }) => id);
  await tx.$executeRaw`
    DELETE FROM api_key_teams WHERE team_id = ${teamId}::uuid AND api_key_id = ANY(${ids}::uuid[])`;
  const rows = await tx.$queryRaw<
    ApiKeyRow[]
  >`SELECT ${columns} FROM api_keys k WHERE k.id = ANY(${ids}::uuid[])`;
  return rows.map(apiKeyOf);
}

/** Raises the keys' times of last use; a time that is not later than the one known changes nothing. */
export async function noteUses(
  db: Db,
  uses: readonly { readonly keyId: ApiKeyId; readonly lastUsedAt: Date }[],
): Promise<void> {
  await db.$executeRaw`
    UPDATE api_keys k SET last_used_at = u.last_used_at
      FROM unnest(${uses.map(({ keyId }) => keyId)}::uuid[], ${uses.map(({ lastUsedAt }) => lastUsedAt)}::timestamptz[])
             AS u (id, last_used_at)
     WHERE k.id = u.id AND (k.last_used_at IS NULL OR k.last_used_at < u.last_used_at)`;
}

/** Keys that expired more than `days` ago, `limit` at most. */
export async function findLongExpired(db: Db, days: number, limit: number): Promise<ApiKeyId[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id::text AS id FROM api_keys
     WHERE expires_at < clock_timestamp() - ${days} * interval '1 day' ORDER BY expires_at LIMIT ${limit}`;
  return rows.map(({ id }) => id);
}

function apiKeyOf({ scopeKind, teamIds, ...row }: ApiKeyRow): ApiKey {
  return {
    ...row,
    scope: scopeKind === 'organization' ? { kind: 'organization' } : { kind: 'teams', teamIds },
  };
}
