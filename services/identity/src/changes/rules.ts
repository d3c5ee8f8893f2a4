/** Where the rows of identity's entities are, what the other services see of them, and how the audit is written. */
import { actingUserOf, type KeyOperation } from '@px0/access';
import type { ApiKeyId, OrganizationId, StateOf, TeamId, UserId } from '@px0/contracts';
import { type AuditFacts, type ChangeRules, type Reader, sql } from '@px0/owner';
import { wireTime } from '../wire-time.ts';
import type { Actor } from './actor.ts';
import type { AuditNote, OwnEntity } from './change.ts';
import { type KeyLimits, type KeyTables, narrowKeys, wideKeys } from './key-tables.ts';

export const rules: ChangeRules<OwnEntity, Actor, AuditNote> = {
  entities: {
    user: { tables: ['users'], read: users },
    apiKey: {
      tables: ['api_keys', 'api_key_teams'],
      // Written every few seconds for each key in use.
      unpublishedColumns: ['api_keys.last_used_at'],
      read: apiKeys,
    },
    narrowKey: {
      tables: ['narrow_api_keys', 'narrow_api_key_teams'],
      unpublishedColumns: ['narrow_api_keys.last_used_at'],
      read: narrowApiKeys,
    },
    signingKey: { tables: ['signing_keys'], read: signingKeys },
  },
  actorOf: (principal) => ({ userId: actingUserOf(principal) }),
  auditStatement,
  chainNote: (note) => note,
};

async function users(reader: Reader, ids: readonly string[]) {
  const rows = await reader.query<{
    id: UserId;
    email: string;
    isVerified: boolean;
    isAdmin: boolean;
    createdAt: Date;
    placement: StateOf<'user'>['placement'];
    floor: number;
    revoked: [from: number, to: number][];
  }>(sql`
    SELECT id::text AS id, email, is_verified AS "isVerified", is_admin AS "isAdmin", created_at AS "createdAt", placement,
           session_floor AS floor,
           (SELECT coalesce(json_agg(json_build_array(lower(ended), upper(ended) - 1) ORDER BY ended), '[]')
              FROM unnest(revoked) ended) AS revoked
      FROM users WHERE id = ANY(${[...ids]}::uuid[])`);
  return new Map(
    rows.map(
      ({
        id,
        email,
        isVerified,
        isAdmin,
        createdAt,
        placement,
        floor,
        revoked,
      }): [string, StateOf<'user'>] => [
        id,
        {
          email,
          is_verified: isVerified,
          is_admin: isAdmin,
          created_at: wireTime(createdAt),
          placement,
          sessions: { floor, revoked },
        },
      ],
    ),
  );
}

interface KeyRow {
  readonly id: ApiKeyId;
  readonly keyHash: string;
  readonly orgId: OrganizationId;
  readonly scopeKind: 'organization' | 'teams';
  readonly teamIds: TeamId[];
  readonly operation: KeyOperation;
  readonly name: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly createdBy: UserId;
  readonly limits: KeyLimits | null;
}

function keyRows(reader: Reader, ids: readonly string[], { keys, teams, limits }: KeyTables) {
  return reader.query<KeyRow>(sql`
    SELECT id::text AS id, key_hash AS "keyHash", org_id::text AS "orgId", scope_kind AS "scopeKind",
           ARRAY(SELECT t.team_id::text FROM ${teams} t WHERE t.api_key_id = k.id ORDER BY t.position) AS "teamIds",
           operation, name, created_at AS "createdAt", expires_at AS "expiresAt", created_by::text AS "createdBy",
           ${limits} AS limits
      FROM ${keys} k WHERE id = ANY(${[...ids]}::uuid[])`);
}

function keyState(row: KeyRow): StateOf<'apiKey'> {
  const { scopeKind, teamIds, expiresAt } = row;
  return {
    key_hash: row.keyHash,
    org_id: row.orgId,
    scope: scopeKind === 'organization' ? { kind: 'organization' } : { kind: 'teams', team_ids: teamIds },
    operation: row.operation,
    name: row.name,
    created_at: wireTime(row.createdAt),
    expires_at: expiresAt === null ? null : wireTime(expiresAt),
    created_by: row.createdBy,
  };
}

async function apiKeys(reader: Reader, ids: readonly string[]) {
  const rows = await keyRows(reader, ids, wideKeys);
  return new Map(rows.map((row): [string, StateOf<'apiKey'>] => [row.id, keyState(row)]));
}

async function narrowApiKeys(reader: Reader, ids: readonly string[]) {
  const rows = await keyRows(reader, ids, narrowKeys);
  return new Map(
    rows.map((row): [string, StateOf<'narrowKey'>] => [
      row.id,
      // The column is never null there.
      { ...keyState(row), created_by: row.createdBy, limits: row.limits ?? {} },
    ]),
  );
}

async function signingKeys(reader: Reader, kids: readonly string[]) {
  const rows = await reader.query<{
    kid: string;
    publicJwk: StateOf<'signingKey'>['public_jwk'];
    activatesAt: Date;
    retiresAt: Date | null;
  }>(sql`
    SELECT kid, public_jwk AS "publicJwk", activates_at AS "activatesAt", retires_at AS "retiresAt"
      FROM signing_keys WHERE kid = ANY(${[...kids]}::text[])`);
  return new Map(
    rows.map(({ kid, publicJwk, activatesAt, retiresAt }): [string, StateOf<'signingKey'>] => [
      kid,
      {
        public_jwk: publicJwk,
        activates_at: wireTime(activatesAt),
        retires_at: retiresAt === null ? null : wireTime(retiresAt),
      },
    ]),
  );
}

/** One parameter for all notes: the deletion of an organization may note thousands of keys. */
function auditStatement({ userId: actorId }: Actor, notes: readonly AuditNote[], { via }: AuditFacts) {
  return sql`
    INSERT INTO audit_entries (action, user_id, actor_id, via, org_id, api_key_id, details)
    SELECT action, "userId", ${actorId ?? null}::uuid, ${via ?? null}, "orgId", "apiKeyId", coalesce(details, '{}')
      FROM jsonb_to_recordset(${JSON.stringify(notes)}::jsonb)
             AS note (action text, "userId" uuid, "orgId" uuid, "apiKeyId" uuid, details jsonb)`;
}
