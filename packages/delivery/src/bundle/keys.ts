/** The keys of bundles: Ed25519, written as the raw 32 bytes in base64url behind a prefix that says which of the two a key is. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';

const PUBLIC_KEY = /^px0pk_([A-Za-z0-9_-]{43})$/;
const PRIVATE_KEY = /^px0sk_([A-Za-z0-9_-]{43})$/;
/** What PKCS #8 puts before the 32 bytes of such a key. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A public key that a reader trusts. */
export interface BundlePublicKey {
  /** 8 hexadecimal digits, by which a signature names its key. */
  readonly id: string;
  readonly key: KeyObject;
}

/** A private key, with its public key as readers are given it. */
export interface BundlePrivateKey {
  readonly id: string;
  readonly key: KeyObject;
  /** Starts with `px0pk_`. */
  readonly publicText: string;
}

/** The public key of a text that starts with `px0pk_`; undefined for any other text. */
export function bundlePublicKey(text: string): BundlePublicKey | undefined {
  const [, x] = PUBLIC_KEY.exec(text) ?? [];
  if (x === undefined) return undefined;
  return {
    id: idOf(Buffer.from(x, 'base64url')),
    key: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }),
  };
}

/** The private key of a text that starts with `px0sk_`; undefined for any other text. */
export function bundlePrivateKey(text: string): BundlePrivateKey | undefined {
  const [, seed] = PRIVATE_KEY.exec(text) ?? [];
  if (seed === undefined) return undefined;
  const der = Buffer.concat([PKCS8_HEAD, Buffer.from(seed, 'base64url')]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const raw = Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url');
  return { id: idOf(raw), key, publicText: `px0pk_${raw.toString('base64url')}` };
}

/** A new private key, as text. */
export function newBundlePrivateKey(): string {
  return `px0sk_${generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }).d}`;
}

function idOf(raw: Uint8Array): string {
  return createHash('sha256').update(raw).digest('hex').slice(0, 8);
}
