/** The questions asked with every request, and by every poll, use indexes: a context may own a million rows, few of them owed. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OutboxStore } from '../src/outbox/outbox-store.ts';
import type { Queryable } from '../src/outbox/queryable.ts';
import { closer, openSchema } from './support.ts';

const cleanups = closer();
let plans: string[] = [];
let store: OutboxStore;

beforeAll(async () => {
  const pool = await openSchema(cleanups, 'registry');
  await pool.query(
    `insert into outbox (subject, stream, aggregate, ordinal, revision, payload, deleted, changed_at, published_revision,
                         last_sequence, epoch, owed_since)
     select 'px0.state.registry.prompt.' || n, 'state', n, 1, 2, '{}', n % 10 = 0, now(), case when n % 5000 = 0 then 1 else 2 end,
            n, '100', now() - interval '1 minute'
     from generate_series(1, 30000) n`,
  );
  await pool.query('analyze outbox');
  const explaining: Queryable = {
    async query(sql, values) {
      const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, values);
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
      return { rows: [], rowCount: 0 };
    },
  };
  store = new OutboxStore(explaining);
});
afterAll(() => cleanups.run());

it.each<[string, () => Promise<unknown>]>([
  [
    'the end of a request',
    () => store.standing('100', 5, [{ subject: 'px0.state.registry.prompt.1', revision: 2 }]),
  ],
  ['a look for what is owed', () => store.owes()],
  ['a relay’s claim', () => store.claim('00000000-0000-0000-0000-000000000000')],
  ['the claim of complete', () => store.claimComplete('00000000-0000-0000-0000-000000000000', '100')],
  ['calling rows owed', () => store.markOwed('100')],
  ['the comparison with the stream', () => store.settledAfter('px0.state.registry.prompt.2', '100', 100)],
])('%s reads no more rows than it needs', async (_what, ask) => {
  plans = [];
  await ask();
  expect(plans.length).toBeGreaterThan(0);
  for (const plan of plans) expect(plan).not.toMatch(/Seq Scan on outbox( |$)/m);
});
