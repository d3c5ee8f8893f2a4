/** The rows of API keys and of the teams in their scopes. */
import type { KeyOperation } from '@px0/access';
import type { ApiKeyId, OrganizationId, TeamId, UserId } from '@px0/contracts';
import { onlyRow, type PrivateWriter, type Reader, sql } from '@px0/owner';
import type { Change } from '../changes/mod.ts';
import type { ApiKey } from './api-key.ts';

interface ApiKeyRow {
  readonly id: ApiKeyId;
  readonly keyHash: string;
  readonly orgId: OrganizationId;
  readonly name: string;
  readonly scopeKind: 'organization' | 'teams';
  readonly teamIds: TeamId[];
  readonly operation: KeyOperation;
  readonly createdBy: UserId;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
}

const columns = sql`
  k.id::text AS id, k.key_hash AS "keyHash", k.org_id::text AS "orgId", k.name, k.scope_kind AS "scopeKind", k.operation,
  k.created_by::text AS "createdBy", k.created_at AS "createdAt", k.expires_at AS "expiresAt", k.last_used_at AS "lastUsedAt",
  ARRAY(SELECT t.team_id::text FROM api_key_teams t WHERE t.api_key_id = k.id ORDER BY t.position) AS "teamIds"`;

export interface NewApiKey extends Omit<ApiKey, 'createdAt' | 'lastUsedAt'> {
  /** The key that this one succeeds. */
  readonly rotatedFrom: ApiKeyId | undefined;
}

/** Inserts a key with its scope, in one statement each. */
export async function insertApiKey(change: Change, key: NewApiKey): Promise<ApiKey> {
  const rows = await change.write<{ createdAt: Date }>(
    'apiKey',
    key.id,
    sql`
    INSERT INTO api_keys (id, key_hash, org_id, name, scope_kind, operation, created_by, rotated_from, expires_at)
    VALUES (${key.id}::uuid, ${key.keyHash}, ${key.orgId}::uuid, ${key.name}, ${key.scope.kind}, ${key.operation},
            ${key.createdBy}::uuid, ${key.rotatedFrom ?? null}::uuid, ${key.expiresAt})
    RETURNING created_at AS "createdAt"`,
  );
  if (key.scope.kind === 'teams') {
    await change.write(
      'apiKey',
      key.id,
      sql`
      INSERT INTO api_key_teams (api_key_id, team_id, position)
      SELECT ${key.id}::uuid, team_id, position
        FROM unnest(${[...key.scope.teamIds]}::uuid[]) WITH ORDINALITY AS listed (team_id, position)
      RETURNING team_id`,
    );
  }
  const { rotatedFrom: _, ...stored } = key;
  return { ...stored, createdAt: onlyRow(rows).createdAt, lastUsedAt: null };
}

/** An organization's keys, the newest first. */
export async function listApiKeys(reader: Reader, orgId: OrganizationId): Promise<ApiKey[]> {
  const rows = await reader.query<ApiKeyRow>(sql`
    SELECT ${columns} FROM api_keys k WHERE k.org_id = ${orgId}::uuid ORDER BY k.ordinal DESC`);
  return rows.map(apiKeyOf);
}

export async function findApiKey(reader: Reader, id: ApiKeyId): Promise<ApiKey | undefined> {
  const rows = await reader.query<ApiKeyRow>(sql`SELECT ${columns} FROM api_keys k WHERE k.id = ${id}::uuid`);
  return rows.map(apiKeyOf)[0];
}

/** The key, locked until the change ends. */
export async function lockApiKey(change: Change, id: ApiKeyId): Promise<ApiKey | undefined> {
  const rows = await change.query<ApiKeyRow>(sql`
    SELECT ${columns} FROM api_keys k WHERE k.id = ${id}::uuid FOR UPDATE OF k`);
  return rows.map(apiKeyOf)[0];
}

export async function setExpiry(change: Change, id: ApiKeyId, expiresAt: Date): Promise<void> {
  await change.write(
    'apiKey',
    id,
    sql`UPDATE api_keys SET expires_at = ${expiresAt} WHERE id = ${id}::uuid RETURNING id`,
  );
}

/** What the audit keeps of a key. */
export interface KeyOfOrganization {
  readonly id: ApiKeyId;
  readonly orgId: OrganizationId;
}

/** Deletes keys with their scopes. Returns those that were there. */
export function deleteApiKeys(change: Change, ids: readonly ApiKeyId[]): Promise<KeyOfOrganization[]> {
  return change.write<KeyOfOrganization>(
    'apiKey',
    ({ id }) => id,
    sql`
    DELETE FROM api_keys WHERE id = ANY(${[...ids]}::uuid[]) RETURNING id::text AS id, org_id::text AS "orgId"`,
  );
}

export function deleteApiKeysOf(change: Change, orgId: OrganizationId): Promise<KeyOfOrganization[]> {
  return change.write<KeyOfOrganization>(
    'apiKey',
    ({ id }) => id,
    sql`
    DELETE FROM api_keys WHERE org_id = ${orgId}::uuid RETURNING id::text AS id, org_id::text AS "orgId"`,
  );
}

/**
 * Takes a team out of the scopes of all keys, except those of the organization that it belongs to (undefined: it is gone). Returns the
 * keys that lost it, as they are now.
 */
export async function removeTeamFromScopes(
  change: Change,
  teamId: TeamId,
  homeOrgId: OrganizationId | undefined,
): Promise<ApiKey[]> {
  // The keys first, in the order in which every change takes them: a deletion locks the key before its scope, too.
  const losing = await change.query<{ id: ApiKeyId }>(sql`
    SELECT k.id::text AS id FROM api_keys k
     WHERE EXISTS (SELECT 1 FROM api_key_teams t WHERE t.api_key_id = k.id AND t.team_id = ${teamId}::uuid)
       AND (${homeOrgId ?? null}::uuid IS NULL OR k.org_id <> ${homeOrgId ?? null}::uuid)
     ORDER BY k.id FOR UPDATE OF k`);
  if (losing.length === 0) return [];
  const ids = losing.map(({ id }) => id);
  await change.write<{ id: ApiKeyId }>(
    'apiKey',
    ({ id }) => id,
    sql`
    DELETE FROM api_key_teams WHERE team_id = ${teamId}::uuid AND api_key_id = ANY(${ids}::uuid[])
    RETURNING api_key_id::text AS id`,
  );
  const rows = await change.query<ApiKeyRow>(sql`
    SELECT ${columns} FROM api_keys k WHERE k.id = ANY(${ids}::uuid[])`);
  return rows.map(apiKeyOf);
}

/** Raises the keys' times of last use; a time that is not later than the one known changes nothing. */
export async function noteUses(
  writer: PrivateWriter,
  uses: readonly { readonly keyId: ApiKeyId; readonly lastUsedAt: Date }[],
): Promise<void> {
  await writer.writePrivate(sql`
    UPDATE api_keys k SET last_used_at = u.last_used_at
      FROM unnest(${uses.map(({ keyId }) => keyId)}::uuid[], ${uses.map(({ lastUsedAt }) => lastUsedAt)}::timestamptz[])
             AS u (id, last_used_at)
     WHERE k.id = u.id AND (k.last_used_at IS NULL OR k.last_used_at < u.last_used_at)`);
}

/** Deletes keys that expired more than `days` ago, `limit` at most. Returns them. */
export function deleteLongExpired(change: Change, days: number, limit: number): Promise<KeyOfOrganization[]> {
  return change.write<KeyOfOrganization>(
    'apiKey',
    ({ id }) => id,
    sql`
    DELETE FROM api_keys WHERE id IN (
      SELECT id FROM api_keys
       WHERE expires_at < clock_timestamp() - ${days}::float8 * interval '1 day'
       ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING id::text AS id, org_id::text AS "orgId"`,
  );
}

function apiKeyOf({ scopeKind, teamIds, ...row }: ApiKeyRow): ApiKey {
  return {
    ...row,
    scope: scopeKind === 'organization' ? { kind: 'organization' } : { kind: 'teams', teamIds },
  };
}
