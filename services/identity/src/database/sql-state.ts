/** Recognises the database errors that somebody answers for, by their SQLSTATE. */

const UNIQUE_VIOLATION = '23505';
const DEADLOCK = '40P01';
/** Prisma wraps the driver's error a few levels deep. */
const NESTING_LIMIT = 5;

/** True when the statement broke a unique index: the value is taken. */
export function isUniqueViolation(error: unknown): boolean {
  return hasState(error, UNIQUE_VIOLATION);
}

/** True when Postgres ended the transaction because it and another waited for each other. Nothing of it happened. */
export function isDeadlock(error: unknown): boolean {
  return hasState(error, DEADLOCK);
}

function hasState(error: unknown, state: string, depth = 0): boolean {
  if (depth > NESTING_LIMIT || typeof error !== 'object' || error === null) return false;
  if (Reflect.get(error, 'code') === state || Reflect.get(error, 'originalCode') === state) return true;
  return ['cause', 'meta', 'driverAdapterError'].some((field) =>
    hasState(Reflect.get(error, field), state, depth + 1),
  );
}
