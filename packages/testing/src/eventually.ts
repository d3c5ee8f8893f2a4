/** Waiting in tests: for a condition, never for a length of time. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface EventuallyOptions {
  /** Default: 30 s, so that a machine that is busy with something else is no reason to fail. */
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
  /** What is awaited, for the message of the failure. */
  readonly what?: string;
}

/**
 * Calls the condition until it returns something truthy, which is the result. A condition that throws (an `expect`, say) counts as
 * not met; when the time is over, its last error is the failure's cause.
 */
export async function eventually<T>(
  condition: () => T | Promise<T>,
  options: EventuallyOptions = {},
): Promise<NonNullable<T>> {
  const { timeoutMs = 30_000, intervalMs = 20, what = 'the condition' } = options;
  const deadline = performance.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const result = await condition();
      if (result) return result;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() >= deadline) {
      const reason = lastError instanceof Error ? `: ${lastError.message}` : '';
      throw new Error(`${what} was not met within ${timeoutMs} ms${reason}`, { cause: lastError });
    }
    await sleep(intervalMs);
  }
}
