/**
 * Usage: what render processes counted. Counts are deltas, so they have a stream of their own (PX0_USAGE, bounded), in which one
 * message holds one window of one process; a consumer inserts by (process, window) and so counts a repeat only once.
 */
import { z } from 'zod';

const usagePrefix = 'px0.usage.';

/** Every usage message, for a consumer's filter; without the stream prefix of an installation. */
export const usageSubjects = `${usagePrefix}>`;

/** The subject of a process's usage; `process` is a UUID made at its start. */
export function usageSubject(process: string): string {
  return `${usagePrefix}${process}`;
}

/** The durable consumers of the usage stream, by the context that they belong to; replicas of a service share theirs. */
export const usageConsumers = { identity: 'identity-key-uses', registry: 'registry-usage' } as const;

/** Upper bounds of the latency buckets in milliseconds; one more bucket takes everything slower. */
export const usageLatencyBoundsMs = [0.03125, 0.0625, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128] as const;

const count = z.int().nonnegative();

export const usageWindow = z.object({
  /** A UUID made at the start of the process that counted. */
  process: z.string(),
  /** 1, 2, 3 ... within the process. With `process` the key by which a window is inserted once. */
  window: z.int().positive(),
  started_at: z.string(),
  ended_at: z.string(),
  versions: z.array(
    z.object({
      prompt_id: z.string(),
      number: z.int().positive(),
      renders: count,
      failures: count,
      /** Renders and failures by duration: one count for each of `usageLatencyBoundsMs`, and one for what was slower. */
      latencies: z.array(count),
    }),
  ),
  /** Every key that authenticated a request, whether or not it was then refused. */
  keys: z.array(z.object({ key_id: z.string(), renders: count, failures: count, last_used_at: z.string() })),
});

/** What one process counted in one window. */
export type UsageWindow = z.infer<typeof usageWindow>;

/** The text of a usage message. */
export function encodeUsage(usage: UsageWindow): string {
  return JSON.stringify(usageWindow.parse(usage));
}

/** A message's window; undefined when it is none: a count that cannot be read is dropped, it must not stop the others. */
export function decodeUsage(text: string): UsageWindow | undefined {
  try {
    return usageWindow.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
