/** Which services deserve attention: those that render something else than the live version now. */
import type { Wire } from '@px0/contracts';

export type PromptService = Wire<'PromptService'>;

/** Why a row stands out. */
export type Mark = 'fallback' | 'older';

export interface UsedByRow extends PromptService {
  readonly mark: Mark | undefined;
}

export interface LiveVersion {
  readonly version: number;
  readonly published_at: string | null;
}

/** What a service last did longer ago than this, compared to the latest that is known of it, it does no more. A report covers an hour at most. */
const STILL_MS = 3_600_000;
/** Reports of a minute that began before a promotion tell of both versions. */
const LATE_MS = 2 * 60_000;

/** The services, those that stand out first; otherwise in the order in which they came. */
export function usedByRows(
  services: readonly PromptService[],
  live: LiveVersion | undefined,
): readonly UsedByRow[] {
  const latest = new Map<string, number>();
  for (const { service, last_seen_at } of services) {
    latest.set(service, Math.max(latest.get(service) ?? 0, Date.parse(last_seen_at)));
  }
  const rows = services.map((row): UsedByRow => {
    const isDone = Date.parse(row.last_seen_at) + STILL_MS < (latest.get(row.service) ?? 0);
    return { ...row, mark: isDone ? undefined : markOf(row, live) };
  });
  const [marked, others] = [rows.filter(({ mark }) => mark), rows.filter(({ mark }) => !mark)];
  return [...marked, ...others];
}

function markOf({ version, last_seen_at }: PromptService, live: LiveVersion | undefined): Mark | undefined {
  if (version === null) return 'fallback';
  if (live === undefined || version >= live.version) return undefined;
  const published = live.published_at === null ? 0 : Date.parse(live.published_at);
  return Date.parse(last_seen_at) > published + LATE_MS ? 'older' : undefined;
}

const sources: Readonly<Record<string, string>> = {
  live: 'Rendered by px0',
  stream: 'Stream',
  poll: 'Poll',
  fetched: 'Fetched',
  cache: 'Cache',
  snapshot: 'State file',
  bundle: 'Bundle',
  fallback: 'Fallback in its code',
};

/** Where a service had the version from, in words; those of newer releases as they are. */
export function sourceText(source: string): string {
  return sources[source] ?? source;
}
