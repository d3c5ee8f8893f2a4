/** Waiting within a time, or until the caller no longer wants to. The timer is gone when the wait is. */
import { UsageError } from './errors.ts';
import { isObject } from './json.ts';

/** The signal of a call, if it has one. @throws UsageError for what a wait cannot listen to: it would fail when the request is sent already */
export function signalOf(given: unknown): AbortSignal | undefined {
  if (given === undefined || given === null) return undefined;
  if (!isSignal(given)) throw new UsageError('signal must be an AbortSignal');
  return given;
}

/** Also one of another realm, or of a library. */
function isSignal(value: unknown): value is AbortSignal {
  const methods = ['addEventListener', 'removeEventListener'];
  return (
    isObject(value) &&
    typeof value['aborted'] === 'boolean' &&
    methods.every((name) => typeof value[name] === 'function')
  );
}

export interface TimeLimit {
  /** Aborted by time or by the caller. */
  readonly signal: AbortSignal;
  /** Rejects when the signal is aborted, for those that do not listen to signals. */
  readonly over: Promise<never>;
  /** Whether it was the time that ended it. */
  isTimeOver(): boolean;
  end(): void;
}

/** A limit of milliseconds. By hand, because some releases of Node.js collect a combined signal while it is waited for. */
export function timeLimit(milliseconds: number, caller: AbortSignal | undefined): TimeLimit {
  const controller = new AbortController();
  let isTimeOver = false;
  const abort = () => controller.abort(caller?.reason);
  const timer = setTimeout(() => {
    isTimeOver = true;
    controller.abort();
  }, milliseconds);
  const over = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
  });
  // It may reject when all is done and no one waits for it any more.
  over.catch(() => undefined);
  if (caller?.aborted) abort();
  caller?.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    over,
    isTimeOver: () => isTimeOver,
    end: () => {
      clearTimeout(timer);
      caller?.removeEventListener('abort', abort);
    },
  };
}

/** Lets milliseconds pass. @throws the reason of the signal */
export async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await settledWithin(milliseconds, undefined, signal);
}

/** Waits for work that never rejects, or for the time, whichever is first. @throws the reason of the signal */
export async function settledWithin(
  milliseconds: number,
  work: Promise<unknown> | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const limit = timeLimit(milliseconds, signal);
  try {
    await (work === undefined ? limit.over : Promise.race([work, limit.over]));
  } catch (error) {
    if (!limit.isTimeOver()) throw error;
  } finally {
    limit.end();
  }
}
