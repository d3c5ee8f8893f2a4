/** Which keys a list shows: those whose name or secret the user typed, and those that expire soon. */
import type { Wire } from '@px0/contracts';

type Key = Pick<Wire<'APIKey'>, 'name' | 'prefix' | 'expires_at'>;

const dayMs = 24 * 3_600_000;
export const SOON_DAYS = 14;

export type Expiry = 'never' | 'later' | 'soon' | 'expired';

export function expiryOf({ expires_at: at }: Pick<Key, 'expires_at'>, now = Date.now()): Expiry {
  if (at == null) return 'never';
  const left = Date.parse(at) - now;
  if (left <= 0) return 'expired';
  return left < SOON_DAYS * dayMs ? 'soon' : 'later';
}

/** A text that begins like a key is compared with the beginnings of keys, also if it is a whole key; any other with names. */
export function isMatch({ name, prefix }: Key, typed: string): boolean {
  const text = typed.trim().toLowerCase();
  if (!text.startsWith('ak_')) return name.toLowerCase().includes(text);
  return prefix !== undefined && (prefix.startsWith(text) || text.startsWith(prefix));
}
