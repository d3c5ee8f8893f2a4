/** The tables of the chain, as the sealer reads and writes them. */
import type { Head } from '@px0/audit';
import type { SqlRunner } from '../database/sql-client.ts';
import { ENTRY_COLUMNS, type EntryRow } from './entry.ts';

/** An entry that is in no chain yet. */
export interface UnsealedRow extends EntryRow {
  /** Null: a process of the release before wrote it, or it belongs to none. */
  readonly orgId: string | null;
  readonly waitedSeconds: number;
}

/** An entry's place. */
export interface Place extends Head {
  readonly orgId: string;
  readonly entryId: string;
}

/** One process at a time seals, prunes or restores chains of a context. */
export const SEALING_LOCK = `hashtext('px0.audit'), hashtext(current_schema())`;

/** False: another process has it. Held until the transaction ends. */
export async function tryLock(tx: SqlRunner): Promise<boolean> {
  const [row] = await tx.query<{ taken: boolean }>(
    `SELECT pg_try_advisory_xact_lock(${SEALING_LOCK}) AS taken`,
    [],
  );
  return row?.taken === true;
}

export interface Waiting {
  readonly entries: boolean;
  /** Entries that are older than the chain. */
  readonly old: boolean;
}

const ENTRIES_WAIT = 'EXISTS (SELECT FROM audit_unsealed)';
const OLD_ENTRIES_WAIT = 'EXISTS (SELECT FROM audit_sealing WHERE next_old <= last_old)';

/** Whether there is anything to seal. */
export const IS_UNSEALED = `${ENTRIES_WAIT} OR ${OLD_ENTRIES_WAIT}`;

/** What there is to seal. */
export async function waiting(runner: SqlRunner): Promise<Waiting> {
  const [row] = await runner.query<Waiting>(
    `SELECT ${ENTRIES_WAIT} AS entries, ${OLD_ENTRIES_WAIT} AS old`,
    [],
  );
  return row ?? { entries: false, old: false };
}

/** Adds a step of the entries that are older than the chain to those that are unsealed. */
export async function addOld(tx: SqlRunner, limit: number): Promise<void> {
  await tx.query(
    `WITH state AS (SELECT next_old, last_old FROM audit_sealing WHERE next_old <= last_old),
       step AS (
         SELECT e.id FROM audit_entries e, state
         WHERE e.id BETWEEN state.next_old AND state.last_old ORDER BY e.id LIMIT $1::int),
       noted AS (INSERT INTO audit_unsealed (entry_id) SELECT id FROM step ON CONFLICT DO NOTHING)
     UPDATE audit_sealing SET
       next_old = CASE WHEN (SELECT count(*) FROM step) < $1::int THEN last_old + 1 ELSE (SELECT max(id) + 1 FROM step) END
     WHERE next_old <= last_old`,
    [limit],
  );
}

/**
 * The first of the unsealed entries that are visible. What commits later has its turn later, also with a lower id: within a prompt that cannot be,
 * since its writers wait for each other.
 */
export function unsealed(tx: SqlRunner, limit: number): Promise<UnsealedRow[]> {
  return tx.query<UnsealedRow>(
    `SELECT ${ENTRY_COLUMNS}, w.org_id AS "orgId", extract(epoch FROM clock_timestamp() - u.since)::float8 AS "waitedSeconds"
     FROM (SELECT entry_id, first, since FROM audit_unsealed ORDER BY first DESC, entry_id LIMIT $1::int) u
     JOIN audit_wire w ON w.id = u.entry_id
     ORDER BY u.first DESC, u.entry_id`,
    [limit],
  );
}

/** For teams that are gone: the organizations in whose chains their last entries are. */
export async function formerOrganizations(
  tx: SqlRunner,
  teamIds: readonly string[],
): Promise<Map<string, string>> {
  if (teamIds.length === 0) return new Map();
  const rows = await tx.query<{ teamId: string; orgId: string }>(
    `SELECT team.id AS "teamId", found.org_id AS "orgId"
     FROM unnest($1::uuid[]) AS team (id) CROSS JOIN LATERAL (
       SELECT c.org_id FROM audit_wire w JOIN audit_chain c ON c.entry_id = w.id
       WHERE w.team_id = team.id ORDER BY w.id DESC LIMIT 1) AS found`,
    [teamIds],
  );
  return new Map(rows.map(({ teamId, orgId }) => [teamId, orgId]));
}

export async function headsOf(tx: SqlRunner, orgIds: readonly string[]): Promise<Map<string, Head>> {
  const rows = await tx.query<{ orgId: string; number: string; hash: string }>(
    `SELECT org_id AS "orgId", number::text AS number, encode(hash, 'hex') AS hash FROM audit_heads WHERE org_id = ANY($1::uuid[])`,
    [orgIds],
  );
  return new Map(rows.map(({ orgId, number, hash }) => [orgId, { number: Number(number), hash }]));
}

/** Gives the entries their places. All of them leave `audit_unsealed`, those that belong to no organization, too. */
export async function seal(
  tx: SqlRunner,
  places: readonly Place[],
  heads: ReadonlyMap<string, Head>,
  done: readonly string[],
): Promise<void> {
  await tx.query(
    `WITH places AS (
       INSERT INTO audit_chain (org_id, number, entry_id, hash)
       SELECT org_id, number, entry_id, decode(hash, 'hex')
       FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[]) AS place (org_id, number, entry_id, hash)),
     heads AS (
       INSERT INTO audit_heads AS h (org_id, number, hash)
       SELECT org_id, number, decode(hash, 'hex') FROM unnest($5::uuid[], $6::bigint[], $7::text[]) AS head (org_id, number, hash)
       ON CONFLICT (org_id) DO UPDATE SET number = excluded.number, hash = excluded.hash)
     DELETE FROM audit_unsealed WHERE entry_id = ANY($8::bigint[])`,
    [
      places.map(({ orgId }) => orgId),
      places.map(({ number }) => number),
      places.map(({ entryId }) => entryId),
      places.map(({ hash }) => hash),
      [...heads.keys()],
      [...heads.values()].map(({ number }) => number),
      [...heads.values()].map(({ hash }) => hash),
      done,
    ],
  );
}

export interface Backlog {
  readonly entries: number;
  /** How long the one that waits longest has waited. */
  readonly seconds: number;
}

export async function backlog(runner: SqlRunner): Promise<Backlog> {
  const [row] = await runner.query<Backlog>(
    `SELECT count(*)::float8 AS entries, coalesce(extract(epoch FROM clock_timestamp() - min(since)), 0)::float8 AS seconds
     FROM audit_unsealed`,
    [],
  );
  return row ?? { entries: 0, seconds: 0 };
}
