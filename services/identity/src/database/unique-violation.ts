/** Recognises the one database error that a command answers for: a value that must be unique is taken. */

const UNIQUE_VIOLATION = '23505';
/** Prisma wraps the driver's error a few levels deep. */
const NESTING_LIMIT = 5;

/** True when the statement broke a unique index, however deep Prisma wrapped that. */
export function isUniqueViolation(error: unknown, depth = 0): boolean {
  if (depth > NESTING_LIMIT || typeof error !== 'object' || error === null) return false;
  if (
    Reflect.get(error, 'code') === UNIQUE_VIOLATION ||
    Reflect.get(error, 'originalCode') === UNIQUE_VIOLATION
  )
    return true;
  return ['cause', 'meta', 'driverAdapterError'].some((field) =>
    isUniqueViolation(Reflect.get(error, field), depth + 1),
  );
}
