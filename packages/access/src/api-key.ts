/**
 * API keys: `ak_` and 256 random bits in hexadecimal. Only the SHA-256 of the whole text is ever stored or published;
 * a slow hash would add nothing to 256 random bits and would cost every render.
 */
import { hash, randomBytes } from 'node:crypto';

export const apiKeyPrefix = 'ak_';

const apiKeyLength = apiKeyPrefix.length + 64;

/** A new secret key; show it once and keep only its hash. */
export function newApiKey(): string {
  return apiKeyPrefix + randomBytes(32).toString('hex');
}

/** What of a key may be shown: enough to tell it from others, and 224 bits short of the whole. */
export function prefixOf(key: string): string {
  return key.slice(0, apiKeyPrefix.length + 8);
}

/** SHA-256 of the full key, in hexadecimal. */
export function hashApiKey(key: string): string {
  return hash('sha256', key, 'hex');
}

/** Whether a token has the form of a key; saves the hash for what cannot be one. */
export function looksLikeApiKey(token: string): boolean {
  return token.length === apiKeyLength && token.startsWith(apiKeyPrefix);
}
