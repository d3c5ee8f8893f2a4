/**
 * A body that is validated when the contract's order of checks says so, which for many operations is after the caller's rights.
 * Calling it may throw `invalidRequestBody`.
 */
export type LazyBody<T> = () => T;
