/** The last step of a process that exports: flushes what is buffered after everything else has ended. */
import { within } from '../within.ts';

/** An exporter whose Collector is away must not hold up the end of a process. */
const FLUSH_LIMIT_MS = 3_000;

let flush: (() => Promise<void>) | undefined;

/** Called once, by the code that started the SDK. */
export function onFlush(run: () => Promise<void>): void {
  flush = run;
}

/** Never rejects, and never takes longer than its limit. */
export async function flushTelemetry(): Promise<void> {
  if (flush === undefined) return;
  await within(
    flush().catch(() => undefined),
    FLUSH_LIMIT_MS,
  );
}
