// Sets by key, none of which is empty.
import { createHash } from 'node:crypto';

/** A key of a fixed length for a text of any: one of thousands of team ids, or of slugs, is not kept. */
export function shortKey(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** Adds to a set that is made when it is first needed. */
export function addTo<T>(sets: Map<string, Set<T>>, key: string, value: T): void {
  const known = sets.get(key);
  if (known === undefined) sets.set(key, new Set([value]));
  else known.add(value);
}

/** Removes from a set, and the set with its last member. */
export function removeFrom<T>(sets: Map<string, Set<T>>, key: string, value: T): void {
  const known = sets.get(key);
  known?.delete(value);
  if (known?.size === 0) sets.delete(key);
}
