/**
 * The keys that sign session tokens: one signs, those before it still verify until their last token has expired, and the next one is
 * published five minutes before it signs, so that no verifier meets a token whose key it does not know.
 */
import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { type SessionSigner, signingDelayMs } from '@px0/access';
import type { Logger } from '@px0/service-kit';
import type { Change, Changes } from '../changes/mod.ts';
import type { Database } from '../database/db.ts';
import { wireTime } from '../wire-time.ts';
import { openPrivateKey, sealPrivateKey } from './key-encryption.ts';
import {
  deleteSigningKey,
  insertSigningKey,
  listSigningKeys,
  lockSigningKeys,
  type SigningKeyRow,
  setRetirement,
} from './signing-key-store.ts';

export interface KeyRingOptions {
  readonly database: Database;
  readonly changes: Changes;
  readonly encryptionKey: Uint8Array;
  readonly logger: Logger;
  readonly sessionDurationMs: number;
  readonly maxAgeMs: number;
  readonly now?: () => number;
}

interface RingKey {
  readonly kid: string;
  readonly publicJwk: Record<string, unknown>;
  readonly verificationKey: KeyObject;
  readonly privateKey: KeyObject | undefined;
  readonly activatesAt: number;
  readonly retiresAt: number;
  readonly published: boolean;
}

/** Verifiers forget a key this long after its last token has expired. */
const RETIREMENT_MARGIN_MS = 5 * 60_000;

export class KeyRing {
  readonly #options: KeyRingOptions;
  readonly #now: () => number;
  #keys: readonly RingKey[] = [];

  constructor(options: KeyRingOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Makes the first key if there is none, the next one if the present one is too old, and forgets what is retired. */
  async maintain(): Promise<void> {
    await this.refresh();
    const now = this.#now();
    const newest = this.#keys.find(({ privateKey }) => privateKey !== undefined);
    const isOld = newest === undefined || now - newest.activatesAt > this.#options.maxAgeMs;
    if (!isOld && this.#keys.every(({ retiresAt }) => retiresAt > now)) return;
    await this.#options.changes.make(async (change) => {
      await lockSigningKeys(change.tx);
      const keys = (await listSigningKeys(change.tx)).map((row) => this.#read(row));
      await this.#forgetRetired(change, keys);
      const present = keys.find(({ privateKey }) => privateKey !== undefined);
      if (present === undefined) await this.#add(change, keys, now);
      else if (now - present.activatesAt > this.#options.maxAgeMs)
        await this.#add(change, keys, now + signingDelayMs);
    });
    await this.refresh();
  }

  /** Makes a new key whatever the age of the present one; it signs five minutes later. Returns its kid. */
  async rotate(): Promise<string> {
    const kid = await this.#options.changes.make(async (change) => {
      await lockSigningKeys(change.tx);
      const keys = (await listSigningKeys(change.tx)).map((row) => this.#read(row));
      return this.#add(change, keys, this.#now() + signingDelayMs);
    });
    await this.refresh();
    return kid;
  }

  /** Reads the keys again: another replica may have made one. */
  async refresh(): Promise<void> {
    this.#keys = (await listSigningKeys(this.#options.database)).map((row) => this.#read(row));
  }

  /** The key to sign with: of those that everybody has known for long enough the newest. */
  signer(): SessionSigner {
    const now = this.#now();
    const active = this.#keys.filter((key) => key.activatesAt <= now && key.retiresAt > now);
    // While NATS is away a first key cannot be published: what it signs is accepted as soon as it is.
    const chosen =
      active.find(({ published, privateKey }) => published && privateKey) ??
      active.find(({ privateKey }) => privateKey);
    if (chosen?.privateKey === undefined) throw new Error('there is no signing key');
    return { kid: chosen.kid, privateKey: chosen.privateKey };
  }

  /** The public half of a key, judged on identity's own rows. */
  readonly verificationKey = (kid: string): KeyObject | undefined =>
    this.#keys.find((key) => key.kid === kid)?.verificationKey;

  /** The public halves as a JSON Web Key Set (RFC 7517). */
  jwks(): { keys: Record<string, unknown>[] } {
    return { keys: this.#keys.map(({ publicJwk }) => publicJwk) };
  }

  async #add(change: Change, known: readonly RingKey[], activatesAt: number): Promise<string> {
    const kid = randomUUID();
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const publicJwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' };
    const sealedPrivateKey = sealPrivateKey(privateKey, kid, this.#options.encryptionKey);
    await insertSigningKey(change.tx, {
      kid,
      publicJwk,
      sealedPrivateKey,
      activatesAt: new Date(activatesAt),
      retiresAt: null,
    });
    await change.put('signingKey', kid, {
      public_jwk: publicJwk,
      activates_at: wireTime(new Date(activatesAt)),
      retires_at: null,
    });
    const retiresAt = activatesAt + this.#options.sessionDurationMs + RETIREMENT_MARGIN_MS;
    for (const key of known)
      if (key.retiresAt === Number.POSITIVE_INFINITY) await this.#retire(change, key, retiresAt);
    await change.audit({ action: 'signing_key.created', details: { kid } });
    return kid;
  }

  async #retire(change: Change, key: RingKey, retiresAt: number): Promise<void> {
    await setRetirement(change.tx, key.kid, new Date(retiresAt));
    await change.put('signingKey', key.kid, {
      public_jwk: key.publicJwk,
      activates_at: wireTime(new Date(key.activatesAt)),
      retires_at: wireTime(new Date(retiresAt)),
    });
  }

  async #forgetRetired(change: Change, keys: readonly RingKey[]): Promise<void> {
    for (const { kid } of keys.filter(({ retiresAt }) => retiresAt <= this.#now())) {
      await deleteSigningKey(change.tx, kid);
      await change.remove('signingKey', kid);
    }
  }

  #read(row: SigningKeyRow): RingKey {
    const privateKey = openPrivateKey(row.sealedPrivateKey, row.kid, this.#options.encryptionKey);
    if (privateKey === undefined) {
      this.#options.logger.warn(
        { kid: row.kid },
        'a signing key was encrypted under another PX0_SECRET_KEY; it only verifies',
      );
    }
    return {
      kid: row.kid,
      publicJwk: row.publicJwk,
      verificationKey: createPublicKey({ key: row.publicJwk, format: 'jwk' }),
      privateKey,
      activatesAt: row.activatesAt.getTime(),
      retiresAt: row.retiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
      published: row.published,
    };
  }
}
