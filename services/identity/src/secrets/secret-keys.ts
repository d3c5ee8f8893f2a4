/**
 * The keys that identity derives from its one configured secret, each for one purpose, so that none can replace another. Changing
 * the secret invalidates outstanding verification codes, and makes identity sign with a new key.
 */
import { createHmac, hkdfSync } from 'node:crypto';

const KEY_BYTES = 32;

export class SecretKeys {
  /** AES-256 key under which the private halves of signing keys lie in the database. */
  readonly signingKeyEncryption: Uint8Array;
  readonly #verificationCodes: Uint8Array;

  constructor(secret: string) {
    this.signingKeyEncryption = derive(secret, 'px0 signing keys v1');
    this.#verificationCodes = derive(secret, 'px0 verification codes v1');
  }

  /**
   * The digest under which a short code is stored. Six digits could be tried through in no time against a plain hash; without this key
   * a copy of the database says nothing. The user's id makes equal codes of two users differ.
   */
  verificationCodeDigest(userId: string, code: string): Buffer {
    return createHmac('sha256', this.#verificationCodes).update(`${userId}:${code}`).digest();
  }
}

function derive(secret: string, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, 'px0', purpose, KEY_BYTES));
}
