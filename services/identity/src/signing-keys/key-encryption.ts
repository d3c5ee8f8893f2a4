/** Encryption of private keys in the database: AES-256-GCM, `nonce | ciphertext | tag`, bound to the kid that they belong to. */
import { createCipheriv, createDecipheriv, createPrivateKey, type KeyObject, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export function sealPrivateKey(privateKey: KeyObject, kid: string, encryptionKey: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', encryptionKey, nonce).setAAD(Buffer.from(kid));
  const clear = privateKey.export({ type: 'pkcs8', format: 'der' });
  return Buffer.concat([nonce, cipher.update(clear), cipher.final(), cipher.getAuthTag()]);
}

/** Undefined when it was sealed under another key, for another kid, or was tampered with. */
export function openPrivateKey(
  sealed: Uint8Array,
  kid: string,
  encryptionKey: Uint8Array,
): KeyObject | undefined {
  try {
    const nonce = sealed.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', encryptionKey, nonce, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(kid))
      .setAuthTag(sealed.subarray(-TAG_BYTES));
    const clear = Buffer.concat([
      decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)),
      decipher.final(),
    ]);
    return createPrivateKey({ key: clear, format: 'der', type: 'pkcs8' });
  } catch {
    return undefined;
  }
}
