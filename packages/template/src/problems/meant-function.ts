/** Which function somebody means who writes a name that no function has. */
import { FUNCTION_NAMES } from '../syntax/function-table.ts';

/** What other languages call them. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ['length', 'len'],
  ['count', 'len'],
  ['size', 'len'],
  ['json', 'toJson'],
  ['dump', 'toJson'],
  ['stringify', 'toJson'],
  ['lowercase', 'lower'],
  ['downcase', 'lower'],
  ['uppercase', 'upper'],
  ['upcase', 'upper'],
  ['strip', 'trim'],
  ['escape', 'html'],
  ['urlencode', 'urlquery'],
  ['equals', 'eq'],
  ['coalesce', 'or'],
  ['format', 'printf'],
  ['concat', 'print'],
  ['lookup', 'index'],
]);

export function meantFunction(name: string): string | undefined {
  const plain = name.replaceAll('_', '').toLowerCase();
  const same = FUNCTION_NAMES.find((one) => one.toLowerCase() === plain);
  if (same !== undefined) return same;
  return elsewhere.get(plain) ?? closest(name);
}

/** The one that is at most a third of the letters away. */
function closest(name: string): string | undefined {
  if (name.length > 20) return undefined;
  const distances = FUNCTION_NAMES.map((one) => ({ one, distance: distanceBetween(name, one) }));
  const best = distances.toSorted((a, b) => a.distance - b.distance)[0];
  return best !== undefined && best.distance <= Math.floor(name.length / 3) ? best.one : undefined;
}

/** Levenshtein's: how many letters are added, dropped or replaced. */
function distanceBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [at, letter] of [...one].entries()) {
    const next = [at + 1];
    for (const [place, wanted] of [...other].entries()) {
      const kept = (row[place] ?? 0) + (letter === wanted ? 0 : 1);
      next.push(Math.min(kept, (row[place + 1] ?? 0) + 1, (next[place] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
