/** A service's audit without the service: its tables, as a migration makes them, and writers of entries. */
import { readFile } from 'node:fs/promises';
import { ChainVerifier, type CheckedChain } from '@px0/audit';
import type { Cleanups } from '@px0/service-kit';
import type pg from 'pg';
import { ENTRY_COLUMNS, type EntryRow, entryOf } from '../src/audit/entry.ts';
import { PoolClient } from '../src/database/sql-client.ts';
import { logger, openSchema } from './support.ts';

export interface AuditTables {
  readonly pool: pg.Pool;
  readonly client: PoolClient;
}

/** `before`: entries that are older than the chain. */
export async function openAudit(
  cleanups: Cleanups,
  before?: (pool: pg.Pool) => Promise<void>,
): Promise<AuditTables> {
  const pool = await openSchema(cleanups);
  await pool.query(`
    CREATE TABLE audit_entries (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, org_id uuid, team_id uuid, prompt_id uuid, action text NOT NULL,
      details jsonb NOT NULL DEFAULT '{}', reason_commitment text, at timestamptz NOT NULL DEFAULT clock_timestamp());
    CREATE TABLE audit_texts (
      entry_id bigint PRIMARY KEY REFERENCES audit_entries (id) ON DELETE CASCADE, salt bytea, text text, erased_at timestamptz);
    CREATE VIEW audit_wire AS
      SELECT id, org_id, at, action, 'system' AS actor_kind, NULL::uuid AS actor_user_id, NULL::uuid AS actor_key_id,
             NULL::uuid AS actor_person_id, NULL::text AS via, team_id, prompt_id, NULL::text AS slug, NULL::int AS version,
             NULL::uuid AS user_id, NULL::uuid AS change_request_id, details, reason_commitment
        FROM audit_entries`);
  await before?.(pool);
  await pool.query(await readFile(new URL('../src/audit/tables.sql', import.meta.url), 'utf8'));
  return { pool, client: new PoolClient(pool, logger) };
}

export async function insertEntry(
  runner: Pick<pg.ClientBase, 'query'> | pg.Pool,
  facts: {
    orgId?: string;
    teamId?: string;
    promptId?: string;
    action?: string;
    at?: string;
    details?: object;
  } = {},
): Promise<string> {
  const { rows } = await runner.query<{ id: string }>(
    `INSERT INTO audit_entries (org_id, team_id, prompt_id, action, details, at)
     VALUES ($1, $2, $3, $4, $5, coalesce($6::timestamptz, clock_timestamp())) RETURNING id`,
    [
      facts.orgId ?? null,
      facts.teamId ?? null,
      facts.promptId ?? null,
      facts.action ?? 'prompt.created',
      JSON.stringify(facts.details ?? {}),
      facts.at ?? null,
    ],
  );
  return rows[0]?.id ?? '';
}

export interface Sealed extends EntryRow {
  readonly orgId: string;
  readonly number: string;
  readonly hash: string;
}

/** All chains, in order. */
export async function sealedIn({ pool }: AuditTables): Promise<Sealed[]> {
  const { rows } = await pool.query<Sealed>(
    `SELECT c.org_id AS "orgId", c.number::text AS number, encode(c.hash, 'hex') AS hash, ${ENTRY_COLUMNS}
     FROM audit_chain c JOIN audit_wire w ON w.id = c.entry_id ORDER BY c.org_id, c.number`,
  );
  return rows;
}

/** What the chains are after each of their entries was checked; their heads are those of the tables. */
export async function verified(tables: AuditTables): Promise<readonly CheckedChain[]> {
  const { rows } = await tables.pool.query<{ number: string; hash: string }>(
    `SELECT number::text AS number, encode(hash, 'hex') AS hash FROM audit_heads`,
  );
  const verifier = new ChainVerifier(rows.map(({ number, hash }) => ({ number: Number(number), hash })));
  for (const row of await sealedIn(tables)) {
    const place = { number: Number(row.number), hash: row.hash, text: null };
    verifier.add(JSON.stringify({ ...place, ...entryOf(row, 'registry', row.orgId) }));
  }
  verifier.end();
  return verifier.chains;
}

export async function unsealedIn({ pool }: AuditTables): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    'SELECT entry_id::text AS id FROM audit_unsealed ORDER BY entry_id',
  );
  return rows.map(({ id }) => id);
}
