/**
 * Adds what windows say of a version's renders beyond their number: which keys made them, and why they failed.
 * See docs/decisions/215-why-renders-fail.md.
 */
import { sql } from '@px0/owner';

/** Reasons of a prompt and day; further ones are counted without their text. Windows counted at one moment may exceed it by theirs. */
const MOST_REASONS = 100;

/**
 * A part of the statement that adds the bodies of the rows of `taken`. What belongs to prompts and versions that are gone is dropped. A body
 * that was put down by the release before has neither callers nor reasons.
 */
export const detailAdditions = sql`
    details AS MATERIALIZED (
      SELECT least(c.ended, now()) AS ended, (least(c.started, now()) AT TIME ZONE 'UTC')::date AS day,
             c.callers, c.reasons
      FROM taken t
      CROSS JOIN jsonb_to_record(t.body)
        AS c (started timestamptz, ended timestamptz, callers jsonb, reasons jsonb)),
    added_callers AS (
      INSERT INTO key_usage AS u (prompt_id, version, api_key_id, day, renders, failures, last_seen_at)
      SELECT r.prompt_id, r.version, r.key_id, w.day, sum(r.renders), sum(r.failures), max(w.ended)
      FROM details w
      CROSS JOIN jsonb_to_recordset(w.callers)
        AS r (prompt_id uuid, version int, key_id uuid, renders bigint, failures bigint)
      JOIN prompt_versions v ON v.prompt_id = r.prompt_id AND v.version = r.version
      GROUP BY r.prompt_id, w.day, r.version, r.key_id
      ORDER BY r.prompt_id, w.day, r.version, r.key_id
      ON CONFLICT (prompt_id, day, version, api_key_id) DO UPDATE
        SET renders = u.renders + excluded.renders, failures = u.failures + excluded.failures,
            last_seen_at = greatest(u.last_seen_at, excluded.last_seen_at)),
    failed AS MATERIALIZED (
      SELECT r.prompt_id, r.version, r.reason, w.day, sum(r.failures) AS failures, max(w.ended) AS ended
      FROM details w
      CROSS JOIN jsonb_to_recordset(w.reasons) AS r (prompt_id uuid, version int, reason text, failures bigint)
      JOIN prompt_versions v ON v.prompt_id = r.prompt_id AND v.version = r.version
      GROUP BY r.prompt_id, w.day, r.version, r.reason),
    known_reasons AS MATERIALIZED (
      SELECT DISTINCT prompt_id, day, reason FROM failure_usage
      WHERE (prompt_id, day) IN (SELECT prompt_id, day FROM failed) AND reason <> ''),
    told AS MATERIALIZED (
      SELECT prompt_id, day, reason,
             CASE WHEN is_known OR known + row_number() OVER (PARTITION BY prompt_id, day, is_known ORDER BY reason)
               <= ${MOST_REASONS}::int THEN reason ELSE '' END AS kept
      FROM (
        SELECT DISTINCT prompt_id, day, f.reason, k.reason IS NOT NULL AS is_known,
               (SELECT count(*) FROM known_reasons b WHERE b.prompt_id = f.prompt_id AND b.day = f.day) AS known
        FROM failed f
        LEFT JOIN known_reasons k USING (prompt_id, day, reason)) AS f),
    added_reasons AS (
      INSERT INTO failure_usage AS u (prompt_id, version, reason, day, failures, last_seen_at)
      SELECT prompt_id, f.version, n.kept, day, sum(f.failures), max(f.ended)
      FROM failed f
      JOIN told n USING (prompt_id, day, reason)
      GROUP BY prompt_id, day, f.version, n.kept
      ORDER BY prompt_id, day, f.version, n.kept
      ON CONFLICT (prompt_id, day, version, reason) DO UPDATE
        SET failures = u.failures + excluded.failures,
            last_seen_at = greatest(u.last_seen_at, excluded.last_seen_at))`;
