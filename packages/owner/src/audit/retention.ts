/**
 * Removes audit entries that are older than they are kept, from the old end of each chain only. The chain then begins at an anchor, the number and
 * the hash of the last entry that was removed, which an entry tells of.
 */
import type { EntityName } from '@px0/contracts';
import type { Progress } from '../background.ts';
import type { Change } from '../changes/change.ts';
import type { Changes } from '../changes/changes.ts';
import type { ChangeRules } from '../changes/rules.ts';
import { Sql, sql } from '../database/sql.ts';
import { SEALING_LOCK } from './sealing-store.ts';

export interface RetentionOptions<Name extends EntityName, Actor, Note> {
  readonly changes: Changes<Name, Actor, Note>;
  readonly rules: ChangeRules<Name, Actor, Note>;
  readonly system: Actor;
  readonly days: number;
}

/** Entries that one step removes. */
const STEP = 5_000;

export class AuditRetention<Name extends EntityName, Actor, Note> {
  readonly #options: RetentionOptions<Name, Actor, Note>;

  constructor(options: RetentionOptions<Name, Actor, Note>) {
    this.#options = options;
  }

  /** Prunes one chain, or else some of what is in none. */
  step(): Promise<Progress> {
    const { changes, system } = this.#options;
    return changes.make(
      system,
      async (change) => {
        await change.query(new Sql([`SELECT pg_advisory_xact_lock(${SEALING_LOCK})`], []));
        await change.query(sql`SELECT set_config('px0.prunes_audit', 'on', true)`);
        const pruned = (await this.#pruneChain(change)) || (await this.#pruneUnchained(change));
        return pruned ? 'more' : 'none';
      },
      'relay',
    );
  }

  /** A day's entries go together, so that there is at most one entry a day that tells of it; and a chain that has nothing but that is left alone. */
  async #pruneChain(change: Change<Name, Actor, Note>): Promise<boolean> {
    const { rules, days } = this.#options;
    const [chain] = await change.query<{ orgId: string; anchor: string }>(sql`
      SELECT h.org_id AS "orgId", h.anchor_number::text AS anchor FROM audit_heads h
      JOIN audit_chain c ON c.org_id = h.org_id AND c.number = h.anchor_number + 1
      JOIN audit_wire w ON w.id = c.entry_id
      WHERE w.at < clock_timestamp() - make_interval(days => ${days + 1}::int)
        AND NOT (w.action = 'audit.pruned' AND h.number = c.number)
      LIMIT 1`);
    if (chain === undefined) return false;
    const { orgId } = chain;
    const [cut] = await change.query<{ number: string; hash: string }>(sql`
      WITH oldest AS (
        SELECT c.number, c.hash, w.at < clock_timestamp() - make_interval(days => ${days}::int) AS is_old
        FROM audit_chain c JOIN audit_wire w ON w.id = c.entry_id
        WHERE c.org_id = ${orgId}::uuid AND c.number > ${chain.anchor}::bigint ORDER BY c.number LIMIT ${STEP}::int)
      SELECT number::text AS number, encode(hash, 'hex') AS hash FROM oldest
      WHERE number < coalesce((SELECT min(number) FROM oldest WHERE NOT is_old), 9223372036854775807)
      ORDER BY oldest.number DESC LIMIT 1`);
    if (cut === undefined) return false;
    await change.writePrivate(sql`
      DELETE FROM audit_entries WHERE id IN (
        SELECT entry_id FROM audit_chain WHERE org_id = ${orgId}::uuid AND number <= ${cut.number}::bigint)`);
    await change.writePrivate(
      sql`DELETE FROM audit_chain WHERE org_id = ${orgId}::uuid AND number <= ${cut.number}::bigint`,
    );
    await change.writePrivate(sql`
      UPDATE audit_heads SET anchor_number = ${cut.number}::bigint, anchor_hash = decode(${cut.hash}, 'hex')
      WHERE org_id = ${orgId}::uuid`);
    const details = { anchor_number: cut.number, anchor_hash: cut.hash };
    await change.audit(rules.chainNote({ action: 'audit.pruned', orgId, details }));
    return true;
  }

  /** What belongs to no organization: an account's own entries. The oldest entries of all are looked at, so that a step is bounded. */
  async #pruneUnchained(change: Change<Name, Actor, Note>): Promise<boolean> {
    const rows = await change.writePrivate(sql`
      DELETE FROM audit_entries WHERE id IN (
        SELECT w.id FROM (SELECT id FROM audit_entries ORDER BY id LIMIT ${STEP}::int) oldest
        JOIN audit_wire w ON w.id = oldest.id
        WHERE w.at < clock_timestamp() - make_interval(days => ${this.#options.days}::int)
          AND NOT EXISTS (SELECT FROM audit_chain c WHERE c.entry_id = w.id)
          AND NOT EXISTS (SELECT FROM audit_unsealed u WHERE u.entry_id = w.id))
        AND NOT EXISTS (SELECT FROM audit_sealing WHERE next_old <= last_old)
      RETURNING id`);
    return rows.length > 0;
  }
}
