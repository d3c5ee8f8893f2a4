/** Reads the SQLSTATE of a failed statement. Prisma wraps the driver's error a few levels deep, and has codes of its own. */

const UNIQUE_VIOLATION = '23505';
const DEADLOCK = '40P01';
/** Prisma's code for a transaction that Postgres ended because of a deadlock. */
const PRISMA_DEADLOCK = 'P2034';
/** A cycle among causes must not hang the error path. */
const NESTING_LIMIT = 5;

/** True when the statement broke a unique index: the value is taken. */
export function isUniqueViolation(error: unknown): boolean {
  return codesOf(error).has(UNIQUE_VIOLATION);
}

/** True when Postgres ended the transaction to resolve a deadlock. Nothing that it wrote remains. */
export function isDeadlock(error: unknown): boolean {
  const codes = codesOf(error);
  return codes.has(DEADLOCK) || codes.has(PRISMA_DEADLOCK);
}

/** True when the statement failed with one of these SQLSTATEs. */
export function hasSqlState(error: unknown, states: ReadonlySet<string>): boolean {
  return !codesOf(error).isDisjointFrom(states);
}

function codesOf(error: unknown, depth = 0, found = new Set<unknown>()): ReadonlySet<unknown> {
  if (depth > NESTING_LIMIT || typeof error !== 'object' || error === null) return found;
  found.add(Reflect.get(error, 'code')).add(Reflect.get(error, 'originalCode'));
  for (const field of ['cause', 'meta', 'driverAdapterError'])
    codesOf(Reflect.get(error, field), depth + 1, found);
  return found;
}
