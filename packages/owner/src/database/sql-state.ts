/** Reads the SQLSTATE of a failed statement, also when another error wraps it as its cause. */

const UNIQUE_VIOLATION = '23505';
const DEADLOCK = '40P01';
/** "cached plan must not change result type": a column's type has changed since the statement was prepared. */
const STALE_PLAN = '0A000';
/** "current transaction is aborted, commands ignored until end of transaction block": an earlier statement had failed. */
const IN_FAILED_TRANSACTION = '25P02';
/** A cycle among causes must not hang the error path. */
const NESTING_LIMIT = 5;

/** True when the statement broke a unique index: the value is taken. */
export function isUniqueViolation(error: unknown): boolean {
  return hasSqlState(error, new Set([UNIQUE_VIOLATION]));
}

/** True when Postgres ended the transaction to resolve a deadlock. Nothing that it wrote remains. */
export function isDeadlock(error: unknown): boolean {
  return hasSqlState(error, new Set([DEADLOCK]));
}

/** True when what was prepared cannot run any more, since a migration came between. Nothing was done. */
export function isStalePlan(error: unknown): boolean {
  return hasSqlState(error, new Set([STALE_PLAN]));
}

/** True when the statement was not run, since an earlier one of its transaction had failed. */
export function isOfFailedTransaction(error: unknown): boolean {
  return hasSqlState(error, new Set([IN_FAILED_TRANSACTION]));
}

/** True when the statement failed with one of these SQLSTATEs. */
export function hasSqlState(error: unknown, states: ReadonlySet<unknown>, depth = 0): boolean {
  if (depth > NESTING_LIMIT || typeof error !== 'object' || error === null) return false;
  return (
    states.has(Reflect.get(error, 'code')) || hasSqlState(Reflect.get(error, 'cause'), states, depth + 1)
  );
}
