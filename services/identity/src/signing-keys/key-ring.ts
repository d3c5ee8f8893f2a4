/**
 * The keys that sign session tokens: one signs, those before it still verify until their last token has expired, and the next one is
 * published five minutes before it signs, so that no verifier meets a token whose key it does not know.
 */
import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { type SessionSigner, signingDelayMs } from '@px0/access';
import type { Reader } from '@px0/owner';
import type { Logger } from '@px0/service-kit';
import { type Change, type Changes, systemActor } from '../changes/mod.ts';
import { openPrivateKey, sealPrivateKey } from './key-encryption.ts';
import {
  deleteSigningKey,
  insertSigningKey,
  listSigningKeys,
  lockSigningKeys,
  type SigningKeyRow,
  setRetirement,
} from './store.ts';

export interface KeyRingOptions {
  readonly reader: Reader;
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
  readonly rotationAsked: boolean;
}

/** Verifiers forget a key this long after its last token has expired. */
const RETIREMENT_MARGIN_MS = 5 * 60_000;

export class KeyRing {
  readonly #options: KeyRingOptions;
  readonly #now: () => number;
  #keys: readonly RingKey[] = [];
  /** Keys that were found sealed under another secret; each is logged once. */
  readonly #foreign = new Set<string>();

  constructor(options: KeyRingOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  get sessionDurationMs(): number {
    return this.#options.sessionDurationMs;
  }

  /**
   * Makes the first key if there is none, and the next one if the present one is too old or an operator asked for it; forgets what is
   * retired. The relay publishes the keys: the first one is made before the stream is known, and a writer's own lease on its row could keep
   * a starting service from becoming ready for some seconds.
   */
  async maintain(): Promise<void> {
    await this.refresh();
    if (
      !this.#keys.some((key) => this.#isForgettable(key)) &&
      this.#wantedActivation(this.#keys) === undefined
    )
      return;
    await this.#options.changes.make(systemActor, (change) => this.#maintain(change), 'relay');
    await this.refresh();
  }

  async #maintain(change: Change): Promise<void> {
    await lockSigningKeys(change);
    const keys = (await listSigningKeys(change)).map((row) => this.#read(row));
    for (const { kid } of keys.filter((key) => this.#isForgettable(key))) await deleteSigningKey(change, kid);
    const activatesAt = this.#wantedActivation(keys);
    if (activatesAt !== undefined) await this.#add(change, keys, activatesAt);
  }

  /** When a new key should begin to sign; undefined when none is wanted. */
  #wantedActivation(keys: readonly RingKey[]): number | undefined {
    const now = this.#now();
    const newest = keys.find(
      (key) => key.privateKey !== undefined && key.retiresAt === Number.POSITIVE_INFINITY,
    );
    if (newest === undefined) return now;
    const isDue = newest.rotationAsked || now - newest.activatesAt > this.#options.maxAgeMs;
    return isDue ? now + signingDelayMs : undefined;
  }

  /** Reads the keys again: another replica may have made one. */
  async refresh(): Promise<void> {
    this.#keys = (await listSigningKeys(this.#options.reader)).map((row) => this.#read(row));
  }

  /** The key to sign with: the newest that all verifiers have had time to learn. */
  signer(): SessionSigner {
    const now = this.#now();
    const active = this.#keys.filter((key) => key.activatesAt <= now);
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

  async #add(change: Change, known: readonly RingKey[], activatesAt: number): Promise<void> {
    const kid = randomUUID();
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const publicJwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' };
    const sealedPrivateKey = sealPrivateKey(privateKey, kid, this.#options.encryptionKey);
    const activation = new Date(activatesAt);
    await insertSigningKey(change, {
      kid,
      publicJwk,
      sealedPrivateKey,
      activatesAt: activation,
      retiresAt: null,
    });
    for (const key of known) {
      if (key.retiresAt === Number.POSITIVE_INFINITY) await setRetirement(change, key.kid, activation);
    }
    await change.audit({ action: 'signing_key.created', details: { kid } });
  }

  /** A retired key signs no more; it verifies until the last token that it signed has expired. */
  #isForgettable({ retiresAt }: RingKey): boolean {
    return retiresAt + this.#options.sessionDurationMs + RETIREMENT_MARGIN_MS <= this.#now();
  }

  #read(row: SigningKeyRow): RingKey {
    const privateKey = openPrivateKey(row.sealedPrivateKey, row.kid, this.#options.encryptionKey);
    if (privateKey === undefined && !this.#foreign.has(row.kid)) {
      this.#foreign.add(row.kid);
      this.#options.logger.warn(
        { kid: row.kid },
        'sealed under another PX0_SECRET_KEY: this signing key only verifies',
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
      rotationAsked: row.rotationAsked,
    };
  }
}
