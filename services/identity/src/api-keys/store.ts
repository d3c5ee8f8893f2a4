/** The rows of API keys and of the teams in their scopes, of keys with limits and without. */
import type { KeyOperation } from '@px0/access';
import type { ApiKeyId, OrganizationId, TeamId, UserId } from '@px0/contracts';
import { empty, join, onlyRow, type PrivateWriter, type Reader, type Sql, sql } from '@px0/owner';
import { allKeys, type Change, type KeyLimits, type KeyTables, tablesOf } from '../changes/mod.ts';
import type { ApiKey } from './api-key.ts';

interface ApiKeyRow {
  readonly id: ApiKeyId;
  readonly keyHash: string;
  readonly prefix: string | null;
  readonly orgId: OrganizationId;
  readonly name: string;
  readonly scopeKind: 'organization' | 'teams';
  readonly teamIds: TeamId[];
  readonly operation: KeyOperation;
  readonly createdBy: UserId;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly limits: KeyLimits | null;
}

/** Of rows named `k`. */
function columnsOf({ teams, limits }: KeyTables): Sql {
  return sql`
  k.id::text AS id, k.key_hash AS "keyHash", k.prefix, k.org_id::text AS "orgId", k.name, k.scope_kind AS "scopeKind", k.operation,
  k.created_by::text AS "createdBy", k.created_at AS "createdAt", k.expires_at AS "expiresAt", k.last_used_at AS "lastUsedAt",
  ${limits} AS limits,
  ARRAY(SELECT t.team_id::text FROM ${teams} t WHERE t.api_key_id = k.id ORDER BY t.position) AS "teamIds"`;
}

/** The keys of all tables for which a condition about `k` holds, the newest first. */
async function keysWhere(reader: Reader, condition: Sql): Promise<ApiKey[]> {
  const selects = allKeys.map(
    (tables) => sql`SELECT ${columnsOf(tables)}, k.ordinal FROM ${tables.keys} k WHERE ${condition}`,
  );
  const rows = await reader.query<ApiKeyRow>(sql`${join(selects, ' UNION ALL ')} ORDER BY ordinal DESC`);
  return rows.map(apiKeyOf);
}

export interface NewApiKey extends Omit<ApiKey, 'createdAt' | 'lastUsedAt'> {
  /** The key that this one succeeds. */
  readonly rotatedFrom: ApiKeyId | undefined;
}

/** Inserts a key with its scope, in one statement each. */
export async function insertApiKey(change: Change, key: NewApiKey): Promise<ApiKey> {
  const { entity, keys, teams } = tablesOf(key.limits);
  const [limitsColumn, limits] =
    key.limits === undefined ? [empty, empty] : [sql`, limits`, sql`, ${JSON.stringify(key.limits)}::jsonb`];
  const rows = await change.write<{ createdAt: Date }>(
    entity,
    key.id,
    sql`
    INSERT INTO ${keys} (id, key_hash, prefix, org_id, name, scope_kind, operation, created_by, rotated_from, expires_at${limitsColumn})
    VALUES (${key.id}::uuid, ${key.keyHash}, ${key.prefix ?? null}, ${key.orgId}::uuid, ${key.name}, ${key.scope.kind}, ${key.operation},
            ${key.createdBy}::uuid, ${key.rotatedFrom ?? null}::uuid, ${key.expiresAt}${limits})
    RETURNING created_at AS "createdAt"`,
  );
  if (key.scope.kind === 'teams') {
    await change.write(
      entity,
      key.id,
      sql`
      INSERT INTO ${teams} (api_key_id, team_id, position)
      SELECT ${key.id}::uuid, team_id, position
        FROM unnest(${[...key.scope.teamIds]}::uuid[]) WITH ORDINALITY AS listed (team_id, position)
      RETURNING team_id`,
    );
  }
  const { rotatedFrom: _, ...stored } = key;
  return { ...stored, createdAt: onlyRow(rows).createdAt, lastUsedAt: null };
}

/** An organization's keys, the newest first. */
export function listApiKeys(reader: Reader, orgId: OrganizationId): Promise<ApiKey[]> {
  return keysWhere(reader, sql`k.org_id = ${orgId}::uuid`);
}

export async function findApiKey(reader: Reader, id: ApiKeyId): Promise<ApiKey | undefined> {
  return (await keysWhere(reader, sql`k.id = ${id}::uuid`))[0];
}

export async function findApiKeyByHash(reader: Reader, keyHash: string): Promise<ApiKey | undefined> {
  return (await keysWhere(reader, sql`k.key_hash = ${keyHash}`))[0];
}

/** The key, locked until the change ends. */
export async function lockApiKey(
  change: Change,
  { id, limits }: Pick<ApiKey, 'id' | 'limits'>,
): Promise<ApiKey | undefined> {
  const tables = tablesOf(limits);
  const rows = await change.query<ApiKeyRow>(sql`
    SELECT ${columnsOf(tables)} FROM ${tables.keys} k WHERE k.id = ${id}::uuid FOR UPDATE OF k`);
  return rows.map(apiKeyOf)[0];
}

export async function setExpiry(
  change: Change,
  { id, limits }: Pick<ApiKey, 'id' | 'limits'>,
  expiresAt: Date,
): Promise<void> {
  const { entity, keys } = tablesOf(limits);
  await change.write(
    entity,
    id,
    sql`UPDATE ${keys} SET expires_at = ${expiresAt} WHERE id = ${id}::uuid RETURNING id`,
  );
}

/** What the audit keeps of a key. */
export interface KeyOfOrganization {
  readonly id: ApiKeyId;
  readonly orgId: OrganizationId;
}

/** Deletes keys with their scopes. Returns those that were there. */
export function deleteApiKeys(change: Change, ids: readonly ApiKeyId[]): Promise<KeyOfOrganization[]> {
  return deleteEverywhere(change, () => sql`id = ANY(${[...ids]}::uuid[])`);
}

/** Deletes the keys of an organization that these tables have. */
export function deleteApiKeysOf(
  change: Change,
  orgId: OrganizationId,
  tables: KeyTables,
): Promise<KeyOfOrganization[]> {
  return deleteIn(change, tables, sql`org_id = ${orgId}::uuid`);
}

/** Whether an organization has a key of any kind. */
export async function hasApiKeys(change: Change, orgId: OrganizationId): Promise<boolean> {
  const selects = allKeys.map(({ keys }) => sql`SELECT FROM ${keys} WHERE org_id = ${orgId}::uuid`);
  const [found] = await change.query(sql`${join(selects, ' UNION ALL ')} LIMIT 1`);
  return found !== undefined;
}

async function deleteEverywhere(
  change: Change,
  condition: (tables: KeyTables) => Sql,
): Promise<KeyOfOrganization[]> {
  const deleted: KeyOfOrganization[] = [];
  for (const tables of allKeys) deleted.push(...(await deleteIn(change, tables, condition(tables))));
  return deleted;
}

function deleteIn(change: Change, { entity, keys }: KeyTables, condition: Sql): Promise<KeyOfOrganization[]> {
  return change.write<KeyOfOrganization>(
    entity,
    ({ id }) => id,
    sql`DELETE FROM ${keys} WHERE ${condition} RETURNING id::text AS id, org_id::text AS "orgId"`,
  );
}

/**
 * Takes a team out of the scopes of all keys of these tables, except those of the organization that it belongs to (undefined: it is gone). Returns the
 * keys that lost it, as they are now.
 */
export async function removeTeamFromScopes(
  change: Change,
  teamId: TeamId,
  homeOrgId: OrganizationId | undefined,
  tables: KeyTables,
): Promise<ApiKey[]> {
  const { entity, keys, teams } = tables;
  // The keys first, in the order in which every change takes them: a deletion locks the key before its scope, too.
  const losing = await change.query<{ id: ApiKeyId }>(sql`
    SELECT k.id::text AS id FROM ${keys} k
     WHERE EXISTS (SELECT 1 FROM ${teams} t WHERE t.api_key_id = k.id AND t.team_id = ${teamId}::uuid)
       AND (${homeOrgId ?? null}::uuid IS NULL OR k.org_id <> ${homeOrgId ?? null}::uuid)
     ORDER BY k.id FOR UPDATE OF k`);
  if (losing.length === 0) return [];
  const ids = losing.map(({ id }) => id);
  await change.write<{ id: ApiKeyId }>(
    entity,
    ({ id }) => id,
    sql`
    DELETE FROM ${teams} WHERE team_id = ${teamId}::uuid AND api_key_id = ANY(${ids}::uuid[])
    RETURNING api_key_id::text AS id`,
  );
  const rows = await change.query<ApiKeyRow>(sql`
    SELECT ${columnsOf(tables)} FROM ${keys} k WHERE k.id = ANY(${ids}::uuid[])`);
  return rows.map(apiKeyOf);
}

/** Raises the keys' times of last use; a time that is not later than the one known changes nothing. */
export async function noteUses(
  writer: PrivateWriter,
  uses: readonly { readonly keyId: ApiKeyId; readonly lastUsedAt: Date }[],
): Promise<void> {
  for (const { keys } of allKeys)
    await writer.writePrivate(sql`
    UPDATE ${keys} k SET last_used_at = u.last_used_at
      FROM unnest(${uses.map(({ keyId }) => keyId)}::uuid[], ${uses.map(({ lastUsedAt }) => lastUsedAt)}::timestamptz[])
             AS u (id, last_used_at)
     WHERE k.id = u.id AND (k.last_used_at IS NULL OR k.last_used_at < u.last_used_at)`);
}

/** Deletes keys that expired more than `days` ago, `limit` at most in each table. Returns them. */
export function deleteLongExpired(change: Change, days: number, limit: number): Promise<KeyOfOrganization[]> {
  return deleteEverywhere(
    change,
    ({ keys }) => sql`id IN (
      SELECT id FROM ${keys}
       WHERE expires_at < clock_timestamp() - ${days}::float8 * interval '1 day'
       ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)`,
  );
}

function apiKeyOf(row: ApiKeyRow): ApiKey {
  const { scopeKind, teamIds, limits } = row;
  return {
    id: row.id,
    keyHash: row.keyHash,
    prefix: row.prefix ?? undefined,
    orgId: row.orgId,
    name: row.name,
    operation: row.operation,
    createdBy: row.createdBy,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
    lastUsedAt: row.lastUsedAt,
    limits: limits ?? undefined,
    scope: scopeKind === 'organization' ? { kind: 'organization' } : { kind: 'teams', teamIds },
  };
}
