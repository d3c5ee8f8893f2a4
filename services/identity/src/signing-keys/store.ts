/** The rows of signing keys. */
import { type Reader, sql } from '@px0/owner';
import type pg from 'pg';
import type { Change } from '../changes/mod.ts';

export interface SigningKeyRow {
  readonly kid: string;
  readonly publicJwk: Record<string, unknown>;
  readonly sealedPrivateKey: Uint8Array;
  readonly activatesAt: Date;
  readonly retiresAt: Date | null;
  /** Whether the stream has it, so that every verifier can know it. */
  readonly published: boolean;
  /** Whether an operator wants another key in its place. */
  readonly rotationAsked: boolean;
}

/** One writer at a time: two replicas that start together must not make two first keys. */
const LOCK = 'px0 identity signing keys';

export async function lockSigningKeys(change: Change): Promise<void> {
  await change.query(
    sql`SELECT pg_advisory_xact_lock(hashtextextended(${LOCK}::text || current_schema(), 0))`,
  );
}

/** The newest first. */
export function listSigningKeys(reader: Reader): Promise<SigningKeyRow[]> {
  return reader.query<SigningKeyRow>(sql`
    SELECT k.kid, k.public_jwk AS "publicJwk", k.private_key AS "sealedPrivateKey", k.activates_at AS "activatesAt",
           k.retires_at AS "retiresAt", k.rotation_asked AS "rotationAsked", coalesce(o.published_revision > 0, false) AS published
      FROM signing_keys k
      LEFT JOIN outbox o ON o.subject = 'px0.state.identity.signing-key.' || k.kid
     ORDER BY k.activates_at DESC, k.created_at DESC`);
}

export async function insertSigningKey(
  change: Change,
  key: Omit<SigningKeyRow, 'published' | 'rotationAsked'>,
): Promise<void> {
  await change.write(
    'signingKey',
    key.kid,
    sql`
    INSERT INTO signing_keys (kid, public_jwk, private_key, activates_at, retires_at)
    VALUES (${key.kid}, ${JSON.stringify(key.publicJwk)}::jsonb, ${key.sealedPrivateKey}, ${key.activatesAt}, ${key.retiresAt})
    RETURNING kid`,
  );
}

/**
 * Asks for another key in the newest one's place; the service grants it within half a minute. For `npm run rotate-keys`, which runs
 * outside of the service: it writes a column that the key's event does not show.
 */
export async function askForRotation(pool: pg.Pool): Promise<void> {
  await pool.query(`
    UPDATE signing_keys SET rotation_asked = true
     WHERE kid = (SELECT kid FROM signing_keys ORDER BY activates_at DESC, created_at DESC LIMIT 1)`);
}

export async function setRetirement(change: Change, kid: string, retiresAt: Date): Promise<void> {
  await change.write(
    'signingKey',
    kid,
    sql`UPDATE signing_keys SET retires_at = ${retiresAt} WHERE kid = ${kid} RETURNING kid`,
  );
}

export async function deleteSigningKey(change: Change, kid: string): Promise<void> {
  await change.write('signingKey', kid, sql`DELETE FROM signing_keys WHERE kid = ${kid} RETURNING kid`);
}
