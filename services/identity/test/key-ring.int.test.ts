import { createPool, migrate, silentLogger } from '@px0/service-kit';
import { type TestDatabase, testDatabase } from '@px0/testing';
import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MIGRATIONS, SCHEMA } from '../src/schema.ts';
import { SecretKeys } from '../src/secrets/mod.ts';
import { askForRotation, KeyRing, type KeyRingOptions } from '../src/signing-keys/mod.ts';
import { notingEvents, publishSigningKeys } from './own-database.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let stored: TestDatabase;
let pool: pg.Pool;
let now: number;
let events: string[];

beforeEach(async () => {
  stored = await testDatabase();
  const logger = silentLogger();
  pool = createPool({ connectionString: stored.url, schema: SCHEMA, logger });
  await migrate({
    pool,
    schema: SCHEMA,
    directory: MIGRATIONS,
    logger,
  });
  now = Date.now();
  events = [];
});
afterEach(async () => {
  await pool?.end();
  await stored?.drop();
});

function keyRing(options: Partial<KeyRingOptions> = {}): KeyRing {
  const { database, changes } = notingEvents(pool, events);
  return new KeyRing({
    reader: database,
    changes,
    encryptionKey: new SecretKeys('a secret of thirty-two characters').signingKeyEncryption,
    logger: silentLogger(),
    sessionDurationMs: DAY_MS,
    maxAgeMs: 90 * DAY_MS,
    now: () => now,
    ...options,
  });
}

async function publish(ring: KeyRing): Promise<void> {
  await publishSigningKeys(pool);
  await ring.refresh();
}

const kidsOf = (ring: KeyRing): unknown[] => ring.jwks().keys.map(({ kid }) => kid);

describe('the key ring', () => {
  it('signs at once with its first key, and makes no second one', async () => {
    const ring = keyRing();
    await ring.maintain();
    const { kid } = ring.signer();
    await publish(ring);
    await ring.maintain();
    expect(kidsOf(ring)).toEqual([kid]);
    expect(events).toEqual([`put ${kid}`]);
  });

  it('publishes the next key five minutes before it signs, and forgets the old one when its last token has expired', async () => {
    const ring = keyRing();
    await ring.maintain();
    const first = ring.signer().kid;
    await askForRotation(pool);
    await ring.maintain();
    await ring.maintain();
    await publish(ring);
    const second = String(kidsOf(ring)[0]);
    expect(kidsOf(ring)).toEqual([second, first]);
    expect(ring.signer().kid).toBe(first);
    now += 5 * MINUTE_MS;
    expect(ring.signer().kid).toBe(second);
    now += DAY_MS;
    await ring.maintain();
    expect(ring.verificationKey(first)).toBeDefined();
    now += 5 * MINUTE_MS;
    await ring.maintain();
    expect(ring.verificationKey(first)).toBeUndefined();
    expect(events).toEqual([`put ${first}`, `put ${second}`, `put ${first}`, `remove ${first}`]);
  });

  it('rotates by age, and signs with the old key while the new one cannot be published', async () => {
    const ring = keyRing();
    await ring.maintain();
    await publish(ring);
    const first = ring.signer().kid;
    now += 90 * DAY_MS + 1;
    await ring.maintain();
    now += 10 * MINUTE_MS;
    expect(ring.signer().kid).toBe(first);
    await publish(ring);
    expect(ring.signer().kid).not.toBe(first);
  });

  it('of four replicas that start at once has one key', async () => {
    const rings = Array.from({ length: 4 }, () => keyRing());
    await Promise.all(rings.map((ring) => ring.maintain()));
    expect(new Set(rings.map((ring) => ring.signer().kid)).size).toBe(1);
  });

  it('goes on with a key of its own when it cannot open the others, also when the first secret comes back', async () => {
    const other = {
      encryptionKey: new SecretKeys('another secret of thirty-two chars').signingKeyEncryption,
    };
    const kids: string[] = [];
    for (const options of [{}, other, {}]) {
      const ring = keyRing(options);
      await ring.maintain();
      await publish(ring);
      kids.push(ring.signer().kid);
      expect(ring.verificationKey(kids[0] ?? '')).toBeDefined();
      now += MINUTE_MS;
    }
    expect(new Set(kids).size).toBe(3);
  });
});
