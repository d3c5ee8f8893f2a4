/** Keys that the release before rotated: it writes the old key's maker into the successor's row, and only its audit says who rotated. */
import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { createPool, migrate, silentLogger } from '@px0/service-kit';
import { type TestDatabase, testDatabase } from '@px0/testing';
import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MIGRATIONS, SCHEMA } from '../src/schema.ts';

const UPGRADE = '20261201070000_makers_of_rotated_keys';

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await testDatabase();
  pool = createPool({ connectionString: database.url, schema: SCHEMA, logger: silentLogger() });
});
afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

const orgId = randomUUID();

async function insertKey(maker: string, rotatedFrom: string | null = null): Promise<string> {
  const id = randomUUID();
  await pool.query(
    `insert into api_keys (id, key_hash, org_id, name, scope_kind, operation, created_by, rotated_from)
     values ($1::uuid, $1::text, $2, 'a key', 'organization', 'all', $3, $4)`,
    [id, orgId, maker, rotatedFrom],
  );
  return id;
}

async function audit(action: string, keyId: string, by: string, details: object = {}): Promise<void> {
  await pool.query(
    `insert into audit_entries (action, actor_id, org_id, api_key_id, details) values ($1, $2, $3, $4, $5)`,
    [action, by, orgId, keyId, details],
  );
}

/** As the release before does. */
async function rotate(old: string, by: string): Promise<string> {
  const successor = await insertKey(await makerOf(old), old);
  await audit('api_key.rotated', old, by, { successor });
  return successor;
}

async function makerOf(id: string): Promise<string> {
  const { rows } = await pool.query<{ created_by: string }>('select created_by from api_keys where id = $1', [
    id,
  ]);
  return rows[0]?.created_by ?? '';
}

it('stand for who rotated them, whether that was before the upgrade or while it is rolled out', async () => {
  const [ada, ben] = [randomUUID(), randomUUID()];
  const names = await readdir(MIGRATIONS);
  const before = new Set(names.filter((name) => name < UPGRADE));
  await migrate({ pool, schema: SCHEMA, directory: MIGRATIONS, only: before });
  const old = await insertKey(ada);
  await audit('api_key.created', old, ada);
  const successor = await rotate(old, ben);
  const own = await rotate(successor, ada);
  const makers = () => Promise.all([old, successor, own].map(makerOf));
  expect(await makers()).toEqual([ada, ada, ada]);
  expect(await migrate({ pool, schema: SCHEMA, directory: MIGRATIONS })).toContain(UPGRADE);
  expect(await makers()).toEqual([ada, ben, ada]);
  expect(await makerOf(await rotate(old, ben))).toBe(ben);
  expect(await makerOf(await rotate(old, ada))).toBe(ada);
  expect(await makers()).toEqual([ada, ben, ada]);
});
