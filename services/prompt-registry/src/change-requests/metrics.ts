/** How many changes wait for reviews, and for how long they did. */
import { onlyRow, type Reader, sql } from '@px0/owner';
import { durationHistogram, metricCatalog, observe } from '@px0/service-kit';
import type { ProposedChange } from './proposed-change.ts';

/** In seconds: from a minute to a month. */
const BOUNDS = [60, 300, 900, 3_600, 14_400, 43_200, 86_400, 259_200, 604_800, 2_592_000] as const;

const applied = new Map<ProposedChange['kind'], number>();

/** Notes a request that has been applied. */
export function noteApplied(kind: ProposedChange['kind'], leadSeconds: number): void {
  applied.set(kind, (applied.get(kind) ?? 0) + 1);
  durationHistogram(metricCatalog.changeRequestLeadTime, BOUNDS)
    .seriesOf('all', () => ({}))
    .record(leadSeconds);
}

/** Call it once per process. */
export function observeRequests(reader: Reader): void {
  observe(metricCatalog.changeRequestsOpen, () => countOpen(reader));
  observe(metricCatalog.changeRequestsApplied, () =>
    [...applied].map(([kind, value]) => ({ value, attributes: { 'px0.change.kind': kind } })),
  );
}

async function countOpen(reader: Reader): Promise<number> {
  const rows = await reader.query<{ open: number }>(
    sql`SELECT count(*)::float8 AS open FROM change_requests WHERE state = 'open'`,
  );
  return onlyRow(rows).open;
}
