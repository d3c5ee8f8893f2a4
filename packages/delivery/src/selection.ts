/**
 * Which prompt and which version a render names. px0's own look-up and that of clients are this one, so a local render never gives another prompt than
 * a remote one.
 */

/** What decides between prompts of one slug. */
export interface Ranked {
  readonly id: string;
  readonly archived: boolean;
  readonly createdAt: string;
}

/**
 * Whether `a` is meant by a slug that both have. Teams may share one: an active prompt comes before an archived one, then the earliest created, then
 * the lowest id, so that the answer never depends on the order of anything.
 */
export function precedes(a: Ranked, b: Ranked): boolean {
  if (a.archived !== b.archived) return b.archived;
  const created = instant(a.createdAt);
  const other = instant(b.createdAt);
  return created === other ? a.id < b.id : created < other;
}

/** Timestamps drop trailing zeros of their fraction; without the `Z` they compare as texts in the order of time. */
function instant(timestamp: string): string {
  return timestamp.endsWith('Z') ? timestamp.slice(0, -1) : timestamp;
}
