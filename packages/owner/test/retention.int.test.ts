/** What retention leaves of a chain: a whole one, which begins at its anchor and says so. */
import { randomUUID } from 'node:crypto';
import { ChainVerifier } from '@px0/audit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readAudit } from '../src/audit/read-audit.ts';
import { AuditRetention } from '../src/audit/retention.ts';
import { Sealer } from '../src/audit/sealer.ts';
import type { ChainNote, ChangeRules } from '../src/changes/rules.ts';
import { sql } from '../src/database/sql.ts';
import { rowsOnly } from '../src/testing/rows-only.ts';
import { type AuditTables, insertEntry, openAudit } from './audit-support.ts';
import { closer, logger } from './support.ts';

const rules: ChangeRules<never, string, ChainNote> = {
  entities: {},
  actorOf: () => 'system',
  chainNote: (note) => note,
  auditStatement: (_actor, notes) => sql`
    INSERT INTO audit_entries (org_id, action, details)
    SELECT "orgId", action, details
      FROM jsonb_to_recordset(${JSON.stringify(notes)}::jsonb) AS note ("orgId" uuid, action text, details jsonb)`,
};
const old = new Date(Date.now() - 200 * 86_400_000).toISOString();

let cleanups = closer();
let tables: AuditTables;

beforeEach(async () => {
  cleanups = closer();
  tables = await openAudit(cleanups);
});
afterEach(() => cleanups.run());

async function seal(): Promise<void> {
  const sealer = new Sealer({
    context: 'registry',
    client: tables.client,
    organizationOf: () => undefined,
    logger,
  });
  while ((await sealer.step()) === 'more');
  await sealer.stop();
}

/** So many steps had something to do. */
async function prune(): Promise<number> {
  const { changes } = rowsOnly(tables.pool, rules);
  const retention = new AuditRetention({ changes, rules, system: 'system', days: 90 });
  let steps = 0;
  while ((await retention.step()) === 'more') steps += 1;
  await seal();
  return steps;
}

async function exported(orgId: string): Promise<{ number: number; action: string }[]> {
  const { pieces } = await readAudit(tables.client, 'registry', orgId, {});
  const lines = pieces.map(String);
  const verifier = new ChainVerifier();
  for (const line of lines) verifier.add(line);
  verifier.end();
  return lines.map((line) => JSON.parse(line)).map(({ number, action }) => ({ number, action }));
}

it('removes the old end of a chain, which still verifies', async () => {
  const [orgId, other] = [randomUUID(), randomUUID()];
  for (const at of [old, old, old, undefined]) await insertEntry(tables.pool, { orgId, ...(at && { at }) });
  await insertEntry(tables.pool, { orgId: other });
  const ofNone = await insertEntry(tables.pool, { at: old });
  await seal();
  // What an older process does with the entries of a deleted team.
  await tables.pool.query('DELETE FROM audit_entries');
  await tables.pool.query(`INSERT INTO audit_texts (entry_id, salt, text) VALUES (1, '\\x00', 'old')`);
  expect(await prune()).toBe(2);
  expect(await exported(orgId)).toEqual([
    { number: 4, action: 'prompt.created' },
    { number: 5, action: 'audit.pruned' },
  ]);
  expect(await exported(other)).toEqual([{ number: 1, action: 'prompt.created' }]);
  const { rows } = await tables.pool.query(
    'SELECT (SELECT count(*)::int FROM audit_texts) AS texts, (SELECT count(*)::int FROM audit_entries WHERE id = $1) AS entries',
    [ofNone],
  );
  expect(rows).toEqual([{ texts: 0, entries: 0 }]);
});

it('stops behind an entry that is younger, and leaves what only tells of an earlier pruning', async () => {
  const orgId = randomUUID();
  for (const at of [old, undefined, old]) await insertEntry(tables.pool, { orgId, ...(at && { at }) });
  await seal();
  await prune();
  expect((await exported(orgId)).map(({ number }) => number)).toEqual([2, 3, 4]);
  await tables.pool.query('UPDATE audit_entries SET at = $1', [old]);
  expect(await prune()).toBe(1);
  // Their times were changed here, so only what has come since verifies.
  await tables.pool.query(`UPDATE audit_entries SET at = $1 WHERE action = 'audit.pruned'`, [old]);
  expect(await prune()).toBe(0);
});
