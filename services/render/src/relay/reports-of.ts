/** Reports of a relay, in the words of the API: of what it has rendered itself, and of what its clients have reported to it. */
import { randomUUID } from 'node:crypto';
import { fallbackUsageSource, type UsageWindow, usageLimits, usageSources, type Wire } from '@px0/contracts';
import type { UsageCounts } from '@px0/event-bus';

export type Report = Wire<'UsageReportRequest'>['reports'][number];
type Row = Report['rows'][number];

/** Of what a relay renders itself. */
const OWN_SOURCE = 'stream';
const OWN_SDK = 'px0-relay';
/** Renders without a name of a service. */
const NO_NAME = '';

/** What the relay itself has rendered, under a process that it makes. */
export class OwnReports {
  readonly #process = randomUUID();
  #window = 0;

  /** A report for each service that gave its name, and one for all others; more, of many rows. */
  *of(counts: UsageCounts, started: Date, ended: Date): Generator<Report> {
    const times = {
      started_at: new Date(Math.max(started.getTime(), ended.getTime() - usageLimits.windowMs)).toISOString(),
      ended_at: ended.toISOString(),
    };
    for (const [service, rows] of rowsByService(counts)) {
      for (let from = 0; from < rows.length; from += usageLimits.rows) {
        this.#window += 1;
        yield {
          process: this.#process,
          window: this.#window,
          ...times,
          ...(service !== NO_NAME && { service: { name: service } }),
          sdk: OWN_SDK,
          rows: rows.slice(from, from + usageLimits.rows),
        };
      }
    }
  }
}

function rowsByService({ versions }: UsageCounts): ReadonlyMap<string, readonly Row[]> {
  const all = new Map<string, Row[]>();
  const add = (service: string, row: Row) => {
    const rows = all.get(service);
    if (rows === undefined) all.set(service, [row]);
    else rows.push(row);
  };
  for (const { promptId, number, latencies, services = [], ...counts } of versions) {
    const version = { prompt_id: promptId, version: number, source: OWN_SOURCE } as const;
    const others = { renders: counts.renders, failures: counts.failures };
    for (const { renders, failures } of services) {
      others.renders -= renders;
      others.failures -= failures;
    }
    const parts = services.map(({ service, renders, failures }) => ({ service, renders, failures }));
    if (others.renders + others.failures > 0) parts.unshift({ service: NO_NAME, ...others });
    // Durations are counted for the version only. They are added up anyway.
    for (const [index, { service, ...part }] of parts.entries())
      add(service, { ...version, ...part, ...(index === 0 && { latencies: [...latencies] }) });
  }
  return all;
}

/** What a client has reported, under the process and window that it was given: sent twice, it is counted once. */
export function reportOf(window: UsageWindow): Report {
  const { versions, fallbacks = [], client } = window;
  return {
    process: window.process,
    window: window.window,
    started_at: window.started_at,
    ended_at: window.ended_at,
    ...(client !== undefined && {
      service: {
        name: client.service,
        ...(client.service_version !== '' && { version: client.service_version }),
      },
      sdk: client.sdk,
    }),
    rows: [
      ...versions.map(({ prompt_id, number, source, latencies, ...row }) => ({
        prompt_id,
        version: number,
        source: usageSources.find((one) => one === source) ?? OWN_SOURCE,
        ...countsOf(row),
        // Those of a client that does not measure.
        ...(latencies.some((count) => count > 0) && { latencies }),
      })),
      ...fallbacks.map(({ prompt_id, ...row }) => ({
        prompt_id,
        version: null,
        source: fallbackUsageSource,
        ...countsOf(row),
      })),
    ],
  };
}

function countsOf({
  renders,
  failures,
  variables = [],
}: {
  readonly renders: number;
  readonly failures: number;
  readonly variables?: string[];
}): Pick<Row, 'renders' | 'failures' | 'variables'> {
  return { renders, failures, ...(variables.length > 0 && { variables }) };
}

/** Counts matter more than names. */
export function withoutNames(report: Report): Report {
  return { ...report, rows: report.rows.map(({ variables: _, ...row }) => row) };
}
