/**
 * Which of the published keys signs now. A key verifies as soon as it is known but signs only some minutes after it was
 * published, so that no service gets a token whose key it does not know yet.
 */

/** How long before its first signature a key must have been published; the first key of an installation signs at once. */
export const signingDelayMs = 5 * 60_000;

export interface SigningPeriod {
  /** RFC 3339. */
  readonly activates_at: string;
  /** RFC 3339; null for a key that signs until further notice. */
  readonly retires_at: string | null;
}

/** The key that signs at a time (milliseconds since the epoch): the youngest active one; undefined if there is none. */
export function signingKeyAt<Key extends SigningPeriod>(keys: Iterable<Key>, now: number): Key | undefined {
  let youngest: Key | undefined;
  for (const key of keys) {
    const isActive = Date.parse(key.activates_at) <= now;
    const isRetired = key.retires_at !== null && Date.parse(key.retires_at) <= now;
    if (!isActive || isRetired) continue;
    if (youngest === undefined || Date.parse(key.activates_at) > Date.parse(youngest.activates_at))
      youngest = key;
  }
  return youngest;
}
