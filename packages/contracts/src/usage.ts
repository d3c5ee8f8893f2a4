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

/** Where a process that renders by itself had a version from. */
export const usageSources = ['stream', 'poll', 'fetched', 'cache', 'snapshot', 'bundle', 'fallback'] as const;

/** The source of renders that px0 made for a service that gave its name. */
export const liveUsageSource = 'live';

/** The source of renders of a text in the service's own code, which is no version of the prompt. */
export const fallbackUsageSource = 'fallback' satisfies (typeof usageSources)[number];

/** Bounds of what processes report. What is beyond them is dropped; texts are cut. */
export const usageLimits = {
  /** Reports of a request. */
  reports: 20,
  bodyBytes: 1_048_576,
  /** Rows of a report. */
  rows: 1_000,
  /** Each count of a row. */
  count: 1_000_000_000,
  windowMs: 3_600_000,
  /** How long ago a window may have ended. */
  ageMs: 24 * 3_600_000,
  /** How far ahead of px0's clock a window may end. */
  aheadMs: 5 * 60_000,
  /** Characters, as of the following texts. */
  serviceName: 128,
  serviceVersion: 64,
  sdk: 64,
  variableName: 128,
  /** Names of variables of a row. */
  variables: 64,
  /** Services of a version in a window of a render process; what others render is counted for the version only. */
  servicesOfVersion: 100,
  /** API keys of a version in such a window; what others render is counted for the version only. */
  callersOfVersion: 100,
  /** Reasons why a version failed in such a window; further ones are counted without their reason. */
  reasonsOfVersion: 20,
  /** Characters of a reason. */
  reason: 300,
} as const;

const count = z.int().nonnegative();

export const usageWindow = z.object({
  /** A UUID made at the start of the process that counted; of a client, derived from its key and the UUID that it made. */
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
      /** Of renders in the client's own process: where it had the version from, and which variables it gave. */
      source: z.string().exactOptional(),
      variables: z.array(z.string()).exactOptional(),
      /** Of renders that px0 made: those of services that gave their name, which the counts above include. */
      services: z.array(z.object({ service: z.string(), renders: count, failures: count })).exactOptional(),
      /** Of renders that px0 made: those of each API key; null: of the sessions of people. The counts above include them. */
      callers: z
        .array(z.object({ key_id: z.string().nullable(), renders: count, failures: count }))
        .exactOptional(),
      /** Of renders that px0 made: why some failed. The counts above include them. */
      reasons: z.array(z.object({ reason: z.string(), failures: count })).exactOptional(),
    }),
  ),
  /** Renders of texts in the client's own code in place of a prompt. They belong to no version, and readers of the release before ignore them. */
  fallbacks: z
    .array(
      z.object({
        prompt_id: z.string(),
        renders: count,
        failures: count,
        variables: z.array(z.string()).exactOptional(),
      }),
    )
    .exactOptional(),
  /** Who counted, if it was a client and not a process of px0. */
  client: z
    .object({
      /** Whose share of the counting it uses: the organization of its key, or the user of a session. */
      owner: z.string(),
      key_id: z.string().nullable(),
      service: z.string(),
      service_version: z.string(),
      sdk: z.string(),
    })
    .exactOptional(),
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
