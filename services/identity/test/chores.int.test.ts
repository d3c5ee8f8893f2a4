import { randomUUID } from 'node:crypto';
import type { Database } from '@px0/owner';
import { silentLogger } from '@px0/service-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeyUses } from '../src/api-keys/mod.ts';
import type { Changes } from '../src/changes/mod.ts';
import { chores } from '../src/maintenance/mod.ts';
import { SecretKeys } from '../src/secrets/mod.ts';
import { KeyRing } from '../src/signing-keys/mod.ts';
import { notingEvents } from './own-database.ts';
import { RunningIdentity } from './running-identity.ts';

const HOUR_MS = 3_600_000;

let identity: RunningIdentity;
let database: Database;
let changes: Changes;
let keyUses: KeyUses;
const events: string[] = [];

beforeAll(async () => {
  identity = await RunningIdentity.start();
  ({ database, changes } = notingEvents(identity.pool, events));
  keyUses = new KeyUses(database);
});
afterAll(() => identity?.stop());

async function run(name: string): Promise<void> {
  const encryptionKey = new SecretKeys('a secret of thirty-two characters').signingKeyEncryption;
  const keyRing = new KeyRing({
    reader: database,
    changes,
    encryptionKey,
    logger: silentLogger(),
    sessionDurationMs: HOUR_MS,
    maxAgeMs: HOUR_MS,
  });
  const chore = chores({ database, changes, keyRing, keyUses }).find((each) => each.name === name);
  if (chore === undefined) throw new Error(`there is no chore to ${name}`);
  await chore.step(new AbortController().signal);
}

async function count(sql: string, values: unknown[] = []): Promise<number> {
  return (await identity.pool.query(sql, values)).rowCount ?? 0;
}

describe('a chore', () => {
  it('deletes sessions that expired, and lets their user’s ledger forget what they kept apart', async () => {
    const user = await identity.user();
    const middle = await identity.logIn(user.email);
    await identity.logIn(user.email);
    await identity.call({ token: middle }, 'DELETE', '/v1/auth/session');
    const ledger = async () => {
      const { rows } = await identity.pool.query(
        'SELECT session_floor, revoked::text AS revoked FROM users WHERE id = $1',
        [user.id],
      );
      return rows[0];
    };
    expect(await ledger()).toEqual({ session_floor: 1, revoked: '{[2,3)}' });
    await run('compact session ledgers');
    expect(await ledger()).toEqual({ session_floor: 1, revoked: '{[2,3)}' });
    await identity.pool.query('UPDATE sessions SET expires_at = now() WHERE user_id = $1 AND number = 1', [
      user.id,
    ]);
    await run('delete expired sessions');
    expect(await count('SELECT 1 FROM sessions WHERE user_id = $1', [user.id])).toBe(1);
    await run('compact session ledgers');
    expect(await ledger()).toEqual({ session_floor: 3, revoked: '{}' });
    expect(events).toContain(`put ${user.id}`);
  });

  it('deletes keys that expired a month ago, with a tombstone, and no others', async () => {
    const founder = await identity.founder();
    const [old, recent, eternal] = [
      await identity.key(founder),
      await identity.key(founder),
      await identity.key(founder),
    ];
    await identity.pool.query(`UPDATE api_keys SET expires_at = now() - interval '31 days' WHERE id = $1`, [
      old.id,
    ]);
    await identity.pool.query(`UPDATE api_keys SET expires_at = now() - interval '29 days' WHERE id = $1`, [
      recent.id,
    ]);
    await run('delete expired API keys');
    const { rows } = await identity.pool.query('SELECT id FROM api_keys WHERE org_id = $1', [founder.orgId]);
    expect(rows.map(({ id }) => id).sort()).toEqual([recent.id, eternal.id].sort());
    expect(events).toContain(`remove ${old.id}`);
  });

  it('deletes codes and counts that expired', async () => {
    const user = await identity.user();
    await identity.pool.query(
      `INSERT INTO password_reset_codes (user_id, code_hash, expires_at) VALUES ($1, 'x', now())`,
      [user.id],
    );
    await identity.pool.query(
      `INSERT INTO rate_limits (key, points, expire) VALUES ('old', 1, 1), ('new', 1, $1)`,
      [Date.now() + HOUR_MS],
    );
    await run('delete expired codes');
    await run('delete expired rate limits');
    expect(await count('SELECT 1 FROM password_reset_codes WHERE user_id = $1', [user.id])).toBe(0);
    expect(await count(`SELECT 1 FROM rate_limits WHERE key IN ('old', 'new')`)).toBe(1);
  });

  it('writes down when keys were used, and a time that is earlier changes nothing', async () => {
    const founder = await identity.founder();
    const { id } = await identity.key(founder);
    const lastUse = async () => {
      const { rows } = await identity.pool.query('SELECT last_used_at FROM api_keys WHERE id = $1', [id]);
      return rows[0]?.last_used_at?.getTime();
    };
    keyUses.note(id, 2_000);
    keyUses.note(id, 1_000);
    keyUses.note(randomUUID(), 3_000);
    await run('write down uses of API keys');
    expect(await lastUse()).toBe(2_000);
    keyUses.note(id, 1_500);
    await run('write down uses of API keys');
    expect(await lastUse()).toBe(2_000);
  });
});
