/** One time limit for promises: settles with whichever comes first, and leaves no timer behind. */

/** What `within` resolves to when the time is up. */
export const TIMED_OUT = Symbol('timed out');

/**
 * Resolves to what `promise` resolves to, or to `TIMED_OUT` after `timeoutMs` milliseconds. What the promise does later is its own
 * affair; a later rejection is not reported as unhandled.
 */
export async function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T | typeof TIMED_OUT> {
  const { promise: expired, resolve } = Promise.withResolvers<typeof TIMED_OUT>();
  const timer = setTimeout(() => resolve(TIMED_OUT), timeoutMs);
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}
