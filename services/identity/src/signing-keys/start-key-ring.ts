/** Creates the key ring from the configuration, and makes sure that it has a key to sign with. */
import type { Config } from '../config.ts';
import type { SecretKeys } from '../secrets/mod.ts';
import { KeyRing, type KeyRingOptions } from './key-ring.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Resolves when there is a key. */
export async function startKeyRing(
  config: Pick<Config, 'SESSION_DURATION_HOURS' | 'SIGNING_KEY_MAX_AGE_DAYS'>,
  secrets: SecretKeys,
  parts: Pick<KeyRingOptions, 'reader' | 'changes' | 'logger'>,
): Promise<KeyRing> {
  const keyRing = new KeyRing({
    ...parts,
    encryptionKey: secrets.signingKeyEncryption,
    sessionDurationMs: config.SESSION_DURATION_HOURS * HOUR_MS,
    maxAgeMs: config.SIGNING_KEY_MAX_AGE_DAYS * DAY_MS,
  });
  await keyRing.maintain();
  return keyRing;
}
