/**
 * A body is judged where the contract's order of checks says so, which for many operations is after the caller's rights: calling
 * it may throw `invalidRequestBody`.
 */
export type LazyBody<T> = () => T;
