import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningIdentity } from './running-identity.ts';

const MANY = 10_000;

let identity: RunningIdentity;
beforeAll(async () => {
  identity = await RunningIdentity.start();
});
afterAll(() => identity?.stop());

/** The plan's actual work, as Postgres counts it: blocks touched, which does not depend on how busy the machine is. */
async function blocks(sql: string, values: unknown[]): Promise<number> {
  const { rows } = await identity.pool.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`, values);
  const plan = rows[0]?.['QUERY PLAN']?.[0]?.Plan;
  return (plan?.['Shared Hit Blocks'] ?? 0) + (plan?.['Shared Read Blocks'] ?? 0);
}

const LOGIN = `SELECT * FROM users WHERE lower(email COLLATE "C") = lower($1::text COLLATE "C")`;
const KEY = 'SELECT * FROM api_keys WHERE id = $1';

describe('with ten thousand users and ten thousand keys', () => {
  it('a login and a key look-up cost what they cost with ten', async () => {
    const founder = await identity.founder();
    const key = await identity.key(founder);
    await identity.pool.query(
      `INSERT INTO users (id, email, password_hash, is_admin, is_verified, placement)
       SELECT gen_random_uuid(), 'many-' || n || '@example.com', 'x', false, true, '{"kind":"default-organization"}'
         FROM generate_series(1, $1::int) n`,
      [MANY],
    );
    await identity.pool.query(
      `INSERT INTO api_keys (id, key_hash, org_id, name, scope_kind, operation, created_by)
       SELECT gen_random_uuid(), 'hash ' || n, gen_random_uuid(), 'many', 'organization', 'read_render', $2
         FROM generate_series(1, $1::int) n`,
      [MANY, randomUUID()],
    );
    await identity.pool.query('ANALYZE');
    // A B-tree of ten thousand is two levels deep, and then comes the row: more would be a scan.
    expect(await blocks(LOGIN, [founder.email])).toBeLessThanOrEqual(6);
    expect(await blocks(KEY, [key.id])).toBeLessThanOrEqual(6);
    expect(
      await blocks('SELECT * FROM api_keys WHERE org_id = $1 ORDER BY ordinal DESC', [founder.orgId]),
    ).toBeLessThanOrEqual(8);
  });
});
